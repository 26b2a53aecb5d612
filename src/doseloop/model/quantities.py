"""The one table of quantities: key, symbol, unit, display units, figures shown and what each one means.

A value is always stored in the unit that its key names. `shown` turns it into words for people; None becomes an en
dash, never 0. Names that questions use (`ask`) map to a quantity through `plan_name`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from doseloop.model.errors import UnusableInput

NOT_RECORDED: Final = "–"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as shown, and how many of it make one of the quantity's own unit (exact)."""

    label: str
    per_own: Fraction = Fraction(1)
    max_decimals: int | None = None
    """No more decimals than this, as long as one significant digit is left; None: no limit."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity; `units[0]` is the unit that it is stored in."""

    key: str
    symbol: str
    name: str
    units: tuple[Unit, ...]
    meaning: str
    """What it is, for help in context."""
    limits: str
    """What it does not say."""
    source: str
    plan_name: str | None = None
    significant: int = 3
    needs_phantom: bool = False
    """Values of different CTDI phantoms are never compared or pooled."""

    @property
    def unit(self) -> str:
        """Label of the unit that values are stored in."""
        return self.units[0].label


_MGY: Final = (Unit("mGy", max_decimals=2), Unit("µGy", Fraction(1000), 1), Unit("Gy", Fraction(1, 1000)))
_DAP: Final = (
    Unit("Gy·cm²"),
    Unit("cGy·cm²", Fraction(100)),
    Unit("dGy·cm²", Fraction(10)),
    Unit("mGy·cm²", Fraction(1000)),
    Unit("µGy·m²", Fraction(100)),
)
_TIME: Final = (Unit("s", max_decimals=0), Unit("min", Fraction(1, 60), 1))
_LENGTH: Final = (Unit("mm", max_decimals=0), Unit("cm", Fraction(1, 10), 1))
_DOSE_REPORT: Final = "DICOM PS3.16, templates of the X-ray radiation dose reports"

_INDEX: Final = "An index that the scanner reports, not a dose: nothing was measured in the patient."

_CT: Final = (
    Quantity(
        "ctdi_vol_mgy", "CTDIvol", "Volume CT dose index", _MGY,
        "Average absorbed dose in a standard plastic cylinder of 16 or 32 cm for the settings of one scan.",
        "It describes the scanner's output, not the dose to this patient; 16 and 32 cm values are not comparable.",
        "IEC 60601-2-44; DICOM PS3.16 TID 10013 (113830)", "ctdivol", needs_phantom=True,
    ),
    Quantity(
        "dlp_mgy_cm", "DLP", "Dose-length product", (Unit("mGy·cm", max_decimals=1), Unit("Gy·cm", Fraction(1, 1000))),
        "CTDIvol times the length that was irradiated; over an examination the sum of all its scans.",
        "Longer coverage and more phases raise it; it is not a dose and says nothing about the size of the patient.",
        "IEC 60601-2-44; DICOM PS3.16 TID 10012, 10013 (113813, 113838)", "dlp", needs_phantom=True,
    ),
    Quantity(
        "ssde_mgy", "SSDE", "Size-specific dose estimate", _MGY,
        "CTDIvol multiplied by a factor for the size of the patient: mean dose at the middle of the scanned region.",
        "An estimate for the scanned region, not for one organ.",
        "AAPM Reports 204, 220 and 293; DICOM PS3.16 TID 10013 (113930)", "ssde",
    ),
    Quantity(
        "water_equivalent_diameter_mm", "Dw", "Water-equivalent diameter", _LENGTH,
        "Diameter of the water cylinder that weakens X-rays as this part of the patient does.",
        "Depends on where along the patient it was taken.", "AAPM Report 220",
    ),
    Quantity(
        "effective_diameter_mm", "Deff", "Effective diameter", _LENGTH,
        "Diameter of the circle that has the area of the patient's cross-section.",
        "Takes lungs and bone for water.", "AAPM Report 204",
    ),
    Quantity(
        "noise_hu", "Noise", "Image noise", (Unit("HU", max_decimals=1),),
        "Standard deviation of CT numbers that homogeneous soft tissue most often has.",
        "Comparable for the same slice thickness and kernel alone; low noise is not the same as a good image.",
        "Christianson et al. 2015",
    ),
    Quantity(
        "scanning_length_mm", "L", "Scanning length", _LENGTH,
        "Length of table travel while the beam was on.", "Makers count the run-in and run-out differently.",
        "DICOM PS3.16 TID 10014 (113825)",
    ),
)  # fmt: skip

_PROJECTION: Final = (
    Quantity(
        "dap_gy_cm2", "KAP", "Air kerma-area product", _DAP,
        "Air kerma times the area of the beam; the same at any distance from the tube. Also called DAP or P_KA.",
        "A small field with a high dose and a large field with a low dose may give the same value.",
        "ICRP Publication 135; IEC 60580; DICOM PS3.16 TID 10002, 10003 (113722, 122130)", "kap",
    ),
    Quantity(
        "ka_r_mgy", "Ka,r", "Air kerma at the reference point", (_MGY[0], _MGY[2], _MGY[1]),
        "Air kerma, without scatter, at a fixed point of the equipment that stands for the patient's entrance.",
        "Not the skin dose: the point may lie inside or outside the patient, and beams from many angles add up in it.",
        "IEC 60601-2-43; DICOM PS3.16 TID 10002, 10003 (113725, 113738)", "kar",
    ),
    Quantity(
        "fluoro_time_s", "FT", "Fluoroscopy time", _TIME,
        "How long fluoroscopy was on.", "Leaves out acquisitions and says nothing about the dose rate.",
        "DICOM PS3.16 TID 10002 (113730)", "fluoro_time",
    ),
    Quantity(
        "psd_mgy", "PSD", "Peak skin dose", (_MGY[0], _MGY[2]),
        "Estimated dose to the area of skin that received most.",
        "An estimate with an interval; needs the geometry of each exposure and is read by a physicist.",
        "NCRP Report 168", "psd",
    ),
    Quantity(
        "agd_mgy", "AGD", "Average glandular dose", _MGY,
        "Mean dose to the glandular tissue of a breast, by a model of the breast.",
        "Depends on the assumed share of glandular tissue and on the model that the maker uses.",
        "DICOM PS3.16 TID 10003 (111631); Dance et al. 2000", "agd",
    ),
    Quantity(
        "agd_left_mgy", "AGD left", "Average glandular dose of the left breast", _MGY,
        "Sum of the average glandular doses of the exposures of the left breast.",
        "Depends on the assumed share of glandular tissue and on the model that the maker uses.",
        "DICOM PS3.16 TID 10005 (111637)",
    ),
    Quantity(
        "agd_right_mgy", "AGD right", "Average glandular dose of the right breast", _MGY,
        "Sum of the average glandular doses of the exposures of the right breast.",
        "Depends on the assumed share of glandular tissue and on the model that the maker uses.",
        "DICOM PS3.16 TID 10005 (111637)",
    ),
    Quantity(
        "entrance_exposure_mgy", "Ka,e", "Entrance exposure at the reference point", _MGY,
        "Air kerma at the entrance of the patient or breast.", "Without scatter from the patient.",
        "DICOM PS3.16 TID 10003 (111636)",
    ),
    Quantity(
        "ka_e_mgy", "ESAK", "Entrance-surface air kerma", _MGY,
        "Air kerma at the entrance surface of the patient, with what the patient scatters back.",
        "Scatter adds a third or more, so it is not compared with kerma that was stated without it.",
        "ICRP Publication 135; ICRU Report 74",
    ),
    Quantity(
        "ka_i_mgy", "Ka,i", "Incident air kerma", _MGY,
        "Air kerma on the axis of the beam at the entrance surface, without what the patient scatters back.",
        "Says nothing about the size of the field.", "ICRP Publication 135; ICRU Report 74",
    ),
)  # fmt: skip

_OTHER: Final = (
    Quantity(
        "activity_mbq", "Activity", "Administered activity", (Unit("MBq", max_decimals=1), Unit("GBq", Fraction(1, 1000))),
        "Radioactivity that was given to the patient.", "What stayed in the syringe has to be subtracted.",
        "DICOM PS3.16 TID 10022 (113507)", "administered_activity",
    ),
    Quantity(
        "activity_per_kg_mbq_kg", "A/m", "Administered activity per body weight", (Unit("MBq/kg", max_decimals=2),),
        "Radioactivity that was given to the patient, divided by the weight.", "Only as good as the weight that was typed.",
        "ICRP Publication 135",
    ),
    Quantity(
        "recommended_activity_mbq", "A rec", "Recommended activity for a child",
        (Unit("MBq", max_decimals=1), Unit("GBq", Fraction(1, 1000))),
        "Activity that the European dosage card names for a child of this weight.",
        "A recommendation for good practice, not a limit; the camera and the question may ask for another.",
        "EANM Paediatric Dosage Card (2016)",
    ),
    Quantity(
        "activity_to_recommended", "A/A rec", "Activity given to that recommended", (Unit("", max_decimals=2),),
        "Activity that was given to a child, divided by the activity that the European dosage card names.",
        "Only as good as the weight that was typed.", "EANM Paediatric Dosage Card (2016)",
    ),
    Quantity(
        "effective_dose_msv", "E", "Effective dose", (Unit("mSv", max_decimals=2), Unit("µSv", Fraction(1000), 0)),
        "Doses to organs weighted by their sensitivity, for a reference person.",
        "Made to compare procedures and for protection; not a measure of one patient's risk.",
        "ICRP Publications 103 and 147",
    ),
    Quantity(
        "effective_dose_estimate_msv", "E computed", "Effective dose, computed",
        (Unit("mSv", max_decimals=2), Unit("µSv", Fraction(1000), 0)),
        "Effective dose of all exposures of an exam, computed from what the scanner states of each.",
        "Made to compare procedures and for protection; not a measure of one patient's risk. Its methods tell how sure it is.",
        "ICRP Publications 103 and 147", "effective_dose",
    ),
    Quantity(
        "dap_corrected_gy_cm2", "KAP corrected", "Air kerma-area product, corrected", _DAP,
        "The displayed product times the factor that was measured for the tube.",
        "Only as good as the measurement, and valid between its dates.", "IEC 60601-2-43; IEC 60580",
    ),
    Quantity(
        "ka_r_corrected_mgy", "Ka,r corrected", "Air kerma at the reference point, corrected", (_MGY[0], _MGY[2], _MGY[1]),
        "The displayed kerma times the factor that was measured for the tube.",
        "Only as good as the measurement, and valid between its dates.", "IEC 60601-2-43",
    ),
    Quantity(
        "agd_estimate_mgy", "AGD computed", "Average glandular dose, computed", _MGY,
        "Mean dose to the glandular tissue of a breast, computed from kerma, beam and thickness.",
        "Depends on the table of coefficients and on the assumed share of glandular tissue.", "Dance and Sechopoulos 2016",
    ),
    Quantity(
        "conceptus_dose_mgy", "Dc", "Dose to the conceptus", _MGY,
        "Absorbed dose to the embryo or fetus, or to the uterus where it is early.",
        "An estimate with an interval for one person: a physicist reads it, and it stands in no list and no level.",
        "ICRP Publication 84",
    ),
    Quantity(
        "kvp", "kV", "Tube voltage", (Unit("kV", max_decimals=0),), "Peak voltage of the X-ray tube.",
        "Means little without filter and current.", _DOSE_REPORT + " (113733)", "kvp",
    ),
    Quantity(
        "tube_current_ma", "mA", "Tube current", (Unit("mA", max_decimals=0),), "Mean current of the X-ray tube.",
        "A mean over a scan in which it may vary.", _DOSE_REPORT + " (113734)",
    ),
    Quantity(
        "exposure_mas", "mAs", "Tube current-time product", (Unit("mAs", max_decimals=1),),
        "Current times time of exposure.",
        "Makers state it with or without division by the pitch.", _DOSE_REPORT + " (113736)", "mas",
    ),
    Quantity(
        "exposure_index", "EI", "Exposure index", (Unit("", max_decimals=0),), "Detector's response to the exposure.",
        "Not a dose to the patient.", "IEC 62494-1; DICOM PS3.16 (113845)", "ei",
    ),
    Quantity(
        "deviation_index", "DI", "Deviation index", (Unit("", max_decimals=1),),
        "How far the exposure index is from its target, in steps of a tenth of a decade.",
        "Only as good as its target.",
        "IEC 62494-1; DICOM PS3.16 (113847)", "di",
    ),
    Quantity(
        "compression_thickness_mm", "CBT", "Compressed breast thickness", _LENGTH,
        "Thickness of the breast under compression.",
        "The paddle bends; displays may be off by several millimetres.", "DICOM PS3.16 TID 10003 (111633)", "cbt",
    ),
    Quantity(
        "target_exposure_index", "EIT", "Target exposure index", (Unit("", max_decimals=0),),
        "Exposure index that the department aims at for the view.", "Set by the department or the maker.",
        "IEC 62494-1; DICOM PS3.16 (113846)",
    ),
    Quantity(
        "half_value_layer_mm", "HVL", "Half-value layer", (Unit("mm", max_decimals=2),),
        "Thickness of aluminium that halves the air kerma of the beam.", "Stated by the scanner, not measured at the exam.",
        "DICOM PS3.16 TID 10003 (111634)",
    ),
    Quantity(
        "compression_force_n", "F", "Compression force", (Unit("N", max_decimals=0),), "Force on the compressed breast.",
        "Displays may be off by several newtons.", "DICOM PS3.16 TID 10003 (111647)",
    ),
    Quantity(
        "sar_whole_body_w_kg", "SAR body", "Specific absorption rate, whole body", (Unit("W/kg", max_decimals=2),),
        "What the scanner predicts for the body with the weight that was typed.", _INDEX, "IEC 60601-2-33; DICOM (0018,1316)",
    ),
    Quantity(
        "sar_partial_body_w_kg", "SAR part", "Specific absorption rate, exposed part of the body", (Unit("W/kg", max_decimals=2),),
        "What the scanner predicts for the part of the body that is exposed.", _INDEX, "IEC 60601-2-33; DICOM (0018,9181)",
    ),
    Quantity(
        "sar_head_w_kg", "SAR head", "Specific absorption rate, head", (Unit("W/kg", max_decimals=2),),
        "What the scanner predicts for the head.", _INDEX, "IEC 60601-2-33; DICOM (0018,9181)",
    ),
    Quantity(
        "sar_local_w_kg", "SAR local", "Specific absorption rate, local", (Unit("W/kg", max_decimals=2),),
        "What the scanner predicts for any 10 g of tissue.", _INDEX, "IEC 60601-2-33; DICOM (0018,9181)",
    ),
    Quantity(
        "b1_rms_ut", "B1+rms", "Radio frequency field, root mean square", (Unit("µT", max_decimals=2),),
        "Transmitted field over any ten seconds.", _INDEX, "IEC 60601-2-33; DICOM (0018,1320)",
    ),
    Quantity(
        "db_dt_t_s", "dB/dt", "Rate of change of the gradient field", (Unit("T/s", max_decimals=1),),
        "How fast the gradients change the field, which may stimulate nerves.", _INDEX,
        "IEC 60601-2-33; DICOM (0018,1318)",
    ),
    Quantity(
        "weight_kg", "m", "Weight", (Unit("kg", max_decimals=1),), "Weight of the patient as typed at the scanner.",
        "Often missing or guessed.", "DICOM PS3.3 (0010,1030)", "weight_kg",
    ),
)  # fmt: skip

QUANTITIES: Final[dict[str, Quantity]] = {one.key: one for one in (*_CT, *_PROJECTION, *_OTHER)}
COMPUTED: Final = {
    **{one: one for one in ("ssde_mgy", "water_equivalent_diameter_mm", "noise_hu", "ka_i_mgy")},
    "agd_estimate_mgy": "agd_mgy",
    "effective_dose_estimate_msv": "effective_dose_msv",
    "dap_corrected_gy_cm2": "dap_gy_cm2",
    "ka_r_corrected_mgy": "ka_r_mgy",
}
"""What Doseloop computes, and what the methods call it: what objects state has the plain name."""
BY_PLAN_NAME: Final[dict[str, Quantity]] = {one.plan_name: one for one in QUANTITIES.values() if one.plan_name}


def quantity(key: str) -> Quantity:
    """The quantity with this key; `UnusableInput` where there is none."""
    if key not in QUANTITIES:
        raise UnusableInput(f"There is no quantity {key!r}.")
    return QUANTITIES[key]


def unit_of(key: str, label: str | None = None) -> Unit:
    """The display unit with this label, the quantity's own for None; `UnusableInput` where it has no such unit."""
    units = quantity(key).units
    if label is None:
        return units[0]
    for one in units:
        if one.label == label:
            return one
    raise UnusableInput(f"{quantity(key).symbol} is not shown in {label!r}.")


def units_shown(chosen: Mapping[str, str]) -> dict[str, str]:
    """Display units by quantity: what is computed has the unit of what is stated, where none was chosen for it.

    >>> units_shown({"dap_gy_cm2": "cGy·cm²"})["dap_corrected_gy_cm2"]
    'cGy·cm²'
    """
    return {**{key: chosen[plain] for key, plain in COMPUTED.items() if plain in chosen}, **chosen}


def converted(key: str, value: float, unit: str | None = None) -> float:
    """A value in the quantity's own unit as a number in a display unit."""
    factor = unit_of(key, unit).per_own
    return value * factor.numerator / factor.denominator


def number_shown(key: str, value: float | None, unit: str | None = None) -> str:
    """The number alone, rounded for people, but never before the decimal point. None or NaN: an en dash."""
    if value is None or not math.isfinite(value):
        return NOT_RECORDED
    number = converted(key, value, unit)
    return f"{number:.{_decimals(number, quantity(key).significant, unit_of(key, unit).max_decimals)}f}"


def shown(key: str, value: float | None, unit: str | None = None) -> str:
    """A value in the quantity's own unit as people read it, `612 mGy·cm`; None: an en dash without a unit."""
    number = number_shown(key, value, unit)
    label = unit_of(key, unit).label
    return number if number == NOT_RECORDED or not label else f"{number} {label}"


def _decimals(number: float, significant: int, at_most: int | None) -> int:
    """How many decimals give that many significant digits after rounding (9.996 with three is 10.0)."""
    if number == 0:
        return 0
    exponent = Decimal(f"{number:.{significant - 1}e}").adjusted()
    wanted = max(0, significant - 1 - exponent)
    return wanted if at_most is None else min(wanted, max(at_most, -exponent))
