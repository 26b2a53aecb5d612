"""The codes that the virtual hospital writes: DICOM (PS3.16 annex D), SNOMED CT (DICOM subset) and UCUM units.

SNOMED concepts carry the older SRT code too, which many scanners still write (PS3.16 section 8).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Concept:
    """A coded concept. `srt` is its SNOMED RT code, None where it has none."""

    code: str
    scheme: str
    meaning: str
    srt: str | None = None


def _dcm(code: str, meaning: str) -> Concept:
    return Concept(code, "DCM", meaning)


def _sct(code: str, meaning: str, srt: str) -> Concept:
    return Concept(code, "SCT", meaning, srt)


def _ucum(code: str, meaning: str | None = None) -> Concept:
    return Concept(code, "UCUM", meaning or code)


# The report and who made it (TID 10001, 10011, 1002, 1004, 1020, 1021)
DOSE_REPORT = _dcm("113701", "X-Ray Radiation Dose Report")
PROCEDURE_REPORTED = _dcm("121058", "Procedure reported")
COMPUTED_TOMOGRAPHY = _sct("77477000", "Computed Tomography X-Ray", "P5-08000")
PROJECTION_X_RAY = _dcm("113704", "Projection X-Ray")
HAS_INTENT = _sct("363703001", "Has Intent", "G-C0E8")
DIAGNOSTIC_INTENT = _sct("261004008", "Diagnostic Intent", "R-408C3")
THERAPEUTIC_INTENT = _sct("262202000", "Therapeutic Intent", "R-41531")
COMBINED_INTENT = _sct("371931008", "Combined Diagnostic and Therapeutic Procedure", "R-002E9")
OBSERVER_TYPE = _dcm("121005", "Observer Type")
DEVICE = _dcm("121007", "Device")
OBSERVER_UID = _dcm("121012", "Device Observer UID")
OBSERVER_NAME = _dcm("121013", "Device Observer Name")
OBSERVER_MANUFACTURER = _dcm("121014", "Device Observer Manufacturer")
OBSERVER_MODEL = _dcm("121015", "Device Observer Model Name")
OBSERVER_SERIAL = _dcm("121016", "Device Observer Serial Number")
OBSERVER_LOCATION = _dcm("121017", "Device Observer Physical Location During Observation")
START_OF_IRRADIATION = _dcm("113809", "Start of X-Ray Irradiation")
END_OF_IRRADIATION = _dcm("113810", "End of X-Ray Irradiation")
SCOPE_OF_ACCUMULATION = _dcm("113705", "Scope of Accumulation")
STUDY = _dcm("113014", "Study")
STUDY_UID = _dcm("110180", "Study Instance UID")
SOURCE_OF_DOSE = _dcm("113854", "Source of Dose Information")
AUTOMATED_COLLECTION = _dcm("113856", "Automated Data Collection")
COMMENT = _dcm("121106", "Comment")
PERSON_NAME = _dcm("113870", "Person Name")
PERSON_ROLE = _dcm("113875", "Person Role in Procedure")
IRRADIATION_ADMINISTERING = _dcm("113851", "Irradiation Administering")
DEVICE_ROLE = _dcm("113876", "Device Role in Procedure")
IRRADIATING_DEVICE = _dcm("113859", "Irradiating Device")
DEVICE_NAME = _dcm("113877", "Device Name")
DEVICE_MANUFACTURER = _dcm("113878", "Device Manufacturer")
DEVICE_MODEL = _dcm("113879", "Device Model Name")
DEVICE_SERIAL = _dcm("113880", "Device Serial Number")
YES = _sct("373066001", "Yes", "R-0038D")

# CT (TID 10012, 10013)
CT_ACCUMULATED = _dcm("113811", "CT Accumulated Dose Data")
EVENTS_TOTAL = _dcm("113812", "Total Number of Irradiation Events")
DLP_TOTAL = _dcm("113813", "CT Dose Length Product Total")
CT_ACQUISITION = _dcm("113819", "CT Acquisition")
ACQUISITION_PROTOCOL = _dcm("125203", "Acquisition Protocol")
TARGET_REGION = _dcm("123014", "Target Region")
CT_ACQUISITION_TYPE = _dcm("113820", "CT Acquisition Type")
CONSTANT_ANGLE = _dcm("113805", "Constant Angle Acquisition")
SEQUENCED = _dcm("113804", "Sequenced Acquisition")
STATIONARY_CT = _dcm("113806", "Stationary Acquisition")
SPIRAL = _sct("116152004", "Spiral Acquisition", "P5-08001")
PROCEDURE_CONTEXT = _sct("408730004", "Procedure Context", "G-C32C")
WITH_CONTRAST = _sct("27483000", "Diagnostic radiography with contrast media", "P5-00100")
WITHOUT_CONTRAST = _sct("399331006", "CT without contrast", "P5-0808E")
EVENT_UID = _dcm("113769", "Irradiation Event UID")
CT_PARAMETERS = _dcm("113822", "CT Acquisition Parameters")
EXPOSURE_TIME = _dcm("113824", "Exposure Time")
SCANNING_LENGTH = _dcm("113825", "Scanning Length")
EXPOSED_RANGE = _dcm("113899", "Exposed Range")
SINGLE_COLLIMATION = _dcm("113826", "Nominal Single Collimation Width")
TOTAL_COLLIMATION = _dcm("113827", "Nominal Total Collimation Width")
PITCH = _dcm("113828", "Pitch Factor")
NUMBER_OF_SOURCES = _dcm("113823", "Number of X-Ray Sources")
SOURCE_PARAMETERS = _dcm("113831", "CT X-Ray Source Parameters")
SOURCE_IDENTIFICATION = _dcm("113832", "Identification of the X-Ray Source")
KVP = _dcm("113733", "KVP")
MAXIMUM_TUBE_CURRENT = _dcm("113833", "Maximum X-Ray Tube Current")
TUBE_CURRENT = _dcm("113734", "X-Ray Tube Current")
ROTATION_TIME = _dcm("113834", "Exposure Time per Rotation")
CT_DOSE = _dcm("113829", "CT Dose")
MEAN_CTDI_VOL = _dcm("113830", "Mean CTDIvol")
PHANTOM_TYPE = _dcm("113835", "CTDIw Phantom Type")
HEAD_PHANTOM = _dcm("113690", "IEC Head Dosimetry Phantom")
BODY_PHANTOM = _dcm("113691", "IEC Body Dosimetry Phantom")
DLP = _dcm("113838", "DLP")
MODULATION_TYPE = _dcm("113842", "X-Ray Modulation Type")

# Projection (TID 10002, 10003, 10004)
ACCUMULATED_X_RAY = _dcm("113702", "Accumulated X-Ray Dose Data")
ACQUISITION_PLANE = _dcm("113764", "Acquisition Plane")
PLANES = {
    "single": _dcm("113622", "Single Plane"),
    "A": _dcm("113620", "Plane A"),
    "B": _dcm("113621", "Plane B"),
}
SOURCE_DATA_AVAILABLE = _dcm("113943", "X-Ray Source Data Available")
MECHANICAL_DATA_AVAILABLE = _dcm("113944", "X-Ray Mechanical Data Available")
DETECTOR_DATA_AVAILABLE = _dcm("113945", "X-Ray Detector Data Available")
DAP_TOTAL = _dcm("113722", "Dose Area Product Total")
DOSE_RP_TOTAL = _dcm("113725", "Dose (RP) Total")
FLUORO_DAP_TOTAL = _dcm("113726", "Fluoro Dose Area Product Total")
FLUORO_DOSE_RP_TOTAL = _dcm("113728", "Fluoro Dose (RP) Total")
FLUORO_TIME_TOTAL = _dcm("113730", "Total Fluoro Time")
ACQUISITION_DAP_TOTAL = _dcm("113727", "Acquisition Dose Area Product Total")
ACQUISITION_DOSE_RP_TOTAL = _dcm("113729", "Acquisition Dose (RP) Total")
ACQUISITION_TIME_TOTAL = _dcm("113855", "Total Acquisition Time")
FRAMES_TOTAL = _dcm("113731", "Total Number of Radiographic Frames")
REFERENCE_POINT = _dcm("113780", "Reference Point Definition")
FIFTEEN_CM_FROM_ISOCENTRE = _dcm("113860", "15cm from Isocenter toward Source")
X_RAY_EVENT = _dcm("113706", "Irradiation Event X-Ray Data")
EVENT_STARTED = _dcm("111526", "DateTime Started")
EVENT_TYPE = _dcm("113721", "Irradiation Event Type")
FLUOROSCOPY = _sct("44491008", "Fluoroscopy", "P5-06000")
STATIONARY = _dcm("113611", "Stationary Acquisition")
DAP = _dcm("122130", "Dose Area Product")
DOSE_RP = _dcm("113738", "Dose (RP)")
PRIMARY_ANGLE = _dcm("112011", "Positioner Primary Angle")
SECONDARY_ANGLE = _dcm("112012", "Positioner Secondary Angle")
FILTERS = _dcm("113771", "X-Ray Filters")
FILTER_TYPE = _dcm("113772", "X-Ray Filter Type")
FLAT_FILTER = _dcm("113653", "Flat filter")
FILTER_MATERIAL = _dcm("113757", "X-Ray Filter Material")
COPPER = _sct("66925006", "Copper", "C-12700")
ALUMINIUM = _sct("12503006", "Aluminum", "C-12000")
FILTER_MINIMUM = _dcm("113758", "X-Ray Filter Thickness Minimum")
FILTER_MAXIMUM = _dcm("113773", "X-Ray Filter Thickness Maximum")
FLUORO_MODE = _dcm("113732", "Fluoro Mode")
PULSED = _dcm("113631", "Pulsed")
PULSE_RATE = _dcm("113791", "Pulse Rate")
NUMBER_OF_PULSES = _dcm("113768", "Number of Pulses")
PULSE_WIDTH = _dcm("113793", "Pulse Width")
IRRADIATION_DURATION = _dcm("113742", "Irradiation Duration")
EXPOSURE = _dcm("113736", "Exposure")
FOCAL_SPOT = _dcm("113766", "Focal Spot Size")
FIELD_AREA = _dcm("113790", "Collimated Field Area")
SOURCE_DETECTOR = _dcm("113750", "Distance Source to Detector")
SOURCE_ISOCENTRE = _dcm("113748", "Distance Source to Isocenter")
SOURCE_REFERENCE_POINT = _dcm("113737", "Distance Source to Reference Point")
TABLE_LONGITUDINAL = _dcm("113751", "Table Longitudinal Position")
TABLE_LATERAL = _dcm("113752", "Table Lateral Position")
TABLE_HEIGHT = _dcm("113753", "Table Height Position")

# Regions (CID 4030, 4031)
REGIONS = {
    "head": _sct("69536005", "Head", "T-D1100"),
    "chest": _sct("51185008", "Chest", "T-D3000"),
    "abdomen": _sct("113345001", "Abdomen", "T-D4000"),
    "abdomen and pelvis": _sct("416949008", "Abdomen and Pelvis", "R-FAB57"),
    "chest, abdomen and pelvis": _sct("416775004", "Chest, Abdomen and Pelvis", "R-FAB56"),
    "lumbar spine": _sct("122496007", "Lumbar spine", "T-11503"),
    "heart": _sct("80891009", "Heart", "T-32000"),
}

# Units (UCUM)
MGY = _ucum("mGy")
MGY_CM = _ucum("mGy.cm")
GY = _ucum("Gy")
GY_M2 = _ucum("Gy.m2")
KV = _ucum("kV")
MA = _ucum("mA")
UAS = _ucum("uA.s")
S = _ucum("s")
MS = _ucum("ms")
MM = _ucum("mm")
M2 = _ucum("m2")
DEG = _ucum("deg", "deg")
RATIO = _ucum("{ratio}", "ratio")
EVENTS = _ucum("{events}", "events")
SOURCES = _ucum("{X-Ray sources}", "X-Ray sources")
PER_S = _ucum("{pulse}/s", "pulse/s")
NO_UNITS = _ucum("1", "no units")
