"""One projection exposure or fluoroscopy run: radiography, fluoroscopy, angiography, mammography and dental X-ray.

As TID 10003 (Irradiation Event X-Ray Data, PS3.16) and its sub-templates hold it, or the header of the image (PS3.3
sections C.8.7 and C.8.11).
"""

from dataclasses import dataclass

from doseloop.model.device import EventDevice
from doseloop.model.image import ImageHeader
from doseloop.model.reading import Code, MakerItem, Reading


@dataclass(frozen=True, slots=True)
class Filter:
    """One X-ray filter (113771): type, material and thickness range."""

    material: Reading[Code] | None = None
    """X-Ray Filter Material (113757), CID 10006."""
    thickness_min_mm: Reading[float] | None = None
    """X-Ray Filter Thickness Minimum (113758), mm."""
    thickness_max_mm: Reading[float] | None = None
    """X-Ray Filter Thickness Maximum (113773), mm."""
    filter_type: Reading[Code] | None = None
    """X-Ray Filter Type (113772), CID 10007."""


@dataclass(frozen=True, slots=True)
class BreastExposure:
    """What mammography and tomosynthesis alone state (PS3.3 sections C.8.11.7 and C.8.21.3)."""

    paddle: Reading[str] | None = None
    """Paddle (111172), or Paddle Description (0018,11A4)."""
    compression_pressure_kpa: Reading[float] | None = None
    """Compression Pressure (111648 or (0018,11A3)), kPa."""
    contact_area_mm2: Reading[float] | None = None
    """Compression Contact Area (111649 or (0018,11A5)), mm²."""
    implant: bool | None = None
    """Breast Implant Present (0028,1300)."""
    glandularity_percent: Reading[float] | None = None
    """Percent Fibroglandular Tissue (111046), per cent."""
    organ: Reading[str] | None = None
    """Organ Exposed (0040,0318)."""
    scan_angle_deg: Reading[float] | None = None
    """Sweep of a tomosynthesis: Scan Arc (0018,1143), degrees."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of a dose meter (122505, TID 10005)."""

    factor: Reading[float] | None = None
    """Calibration Factor (122322), ratio."""
    at: str | None = None
    """Calibration DateTime (113723), local, ISO."""
    uncertainty_percent: Reading[float] | None = None
    """Calibration Uncertainty (113763), per cent."""
    device: str | None = None
    """Dose Measurement Device (113794)."""
    protocol: str | None = None
    """Calibration Protocol (113720)."""
    responsible: str | None = None
    """Calibration Responsible Party (113724)."""


@dataclass(frozen=True, slots=True)
class ProjectionEvent:
    """One projection irradiation event (TID 10003). What is not recorded is None, never 0."""

    event_uid: Reading[str] | None = None
    """Irradiation Event UID (113769)."""
    started_at: Reading[str] | None = None
    """DateTime Started (111526), local wall clock, ISO 8601 without zone."""
    irradiation_type: Reading[Code] | None = None
    """Irradiation Event Type (113721), CID 10002: fluoroscopy, stationary acquisition, ..."""
    plane: Reading[Code] | None = None
    """Acquisition Plane (113764), CID 10003."""
    protocol: Reading[str] | None = None
    """Acquisition Protocol (125203)."""
    target_region: Reading[Code] | None = None
    """Target Region (123014)."""
    laterality: str | None = None
    """L, R, B or None, from Laterality (G-C171) of the target or the anatomical structure."""
    comment: Reading[str] | None = None
    """Comment (121106)."""
    dap_gy_cm2: Reading[float] | None = None
    """Dose Area Product (122130), Gy·cm²."""
    ka_r_mgy: Reading[float] | None = None
    """Dose (RP) (113738): air kerma at the reference point, mGy."""
    entrance_exposure_mgy: Reading[float] | None = None
    """Entrance Exposure at RP (111636), mGy."""
    agd_mgy: Reading[float] | None = None
    """Average Glandular Dose (111631), mGy."""
    kvp: Reading[float] | None = None
    """KVP (113733), kV: mean of the pulses that are not 0."""
    tube_current_ma: Reading[float] | None = None
    """X-Ray Tube Current (113734), mA: mean of the pulses that are not 0."""
    exposure_time_ms: Reading[float] | None = None
    """Exposure Time (113824 or 113735), ms."""
    exposure_mas: Reading[float] | None = None
    """Exposure (113736), mAs: sum of the pulses."""
    pulses: Reading[float] | None = None
    """Number of Pulses (113768)."""
    pulse_rate_per_s: Reading[float] | None = None
    """Pulse Rate (113791), 1/s."""
    pulse_width_ms: Reading[float] | None = None
    """Pulse Width (113793), ms."""
    irradiation_duration_s: Reading[float] | None = None
    """Irradiation Duration (113742), s."""
    primary_angle_deg: Reading[float] | None = None
    """Positioner Primary Angle (112011), degrees."""
    secondary_angle_deg: Reading[float] | None = None
    """Positioner Secondary Angle (112012), degrees."""
    primary_end_angle_deg: Reading[float] | None = None
    """Positioner Primary End Angle (113739), degrees."""
    secondary_end_angle_deg: Reading[float] | None = None
    """Positioner Secondary End Angle (113740), degrees."""
    column_angulation_deg: Reading[float] | None = None
    """Column Angulation (113770), degrees."""
    source_detector_mm: Reading[float] | None = None
    """Distance Source to Detector (113750), mm."""
    source_isocentre_mm: Reading[float] | None = None
    """Distance Source to Isocenter (113748), mm."""
    source_reference_point_mm: Reading[float] | None = None
    """Distance Source to Reference Point (113737), mm."""
    focal_spot_mm: Reading[float] | None = None
    """Focal Spot Size (113766), mm."""
    field_area_cm2: Reading[float] | None = None
    """Collimated Field Area (113790), cm²."""
    filters: tuple[Filter, ...] = ()
    half_value_layer_mm: Reading[float] | None = None
    """Half Value Layer (111634), mm of aluminium."""
    compression_thickness_mm: Reading[float] | None = None
    """Compression Thickness (111633), mm."""
    compression_force_n: Reading[float] | None = None
    """Compression Force (111647), N."""
    anode: Reading[Code] | None = None
    """Anode Target Material (111632)."""
    exposure_index: Reading[float] | None = None
    """Exposure Index (113845)."""
    target_exposure_index: Reading[float] | None = None
    """Target Exposure Index (113846)."""
    deviation_index: Reading[float] | None = None
    """Deviation Index (113847)."""
    label: Reading[str] | None = None
    """Irradiation Event Label (113605)."""
    fluoro_mode: Reading[Code] | None = None
    """Fluoro Mode (113732), CID 10004."""
    average_tube_current_ma: Reading[float] | None = None
    """Average X-Ray Tube Current (113767), mA."""
    image_view: Reading[Code] | None = None
    """Image View (111031)."""
    reference_point: Reading[Code] | None = None
    """Reference Point Definition (113780), CID 10025; free text is a code with a meaning only."""
    patient_orientation: Reading[Code] | None = None
    """Patient Orientation (113743), CID 19: recumbent, erect, ..."""
    patient_orientation_modifier: Reading[Code] | None = None
    """Patient Orientation Modifier (113744), CID 20: supine, prone, ..."""
    patient_table_relationship: Reading[Code] | None = None
    """Patient Table Relationship (113745), CID 21: head first, feet first."""
    patient_position: Reading[str] | None = None
    """HFS, FFP, ... (PS3.3 section C.7.3.1.1.2) where a maker states it in a place of its own."""
    table_longitudinal_mm: Reading[float] | None = None
    """Table Longitudinal Position (113751), mm."""
    table_lateral_mm: Reading[float] | None = None
    """Table Lateral Position (113752), mm."""
    table_height_mm: Reading[float] | None = None
    """Table Height Position (113753), mm; a maker's own item where its quirk says so."""
    table_longitudinal_end_mm: Reading[float] | None = None
    """Table Longitudinal End Position (113759), mm."""
    table_lateral_end_mm: Reading[float] | None = None
    """Table Lateral End Position (113760), mm."""
    table_height_end_mm: Reading[float] | None = None
    """Table Height End Position (113761), mm."""
    table_head_tilt_deg: Reading[float] | None = None
    """Table Head Tilt Angle (113754), degrees."""
    table_horizontal_rotation_deg: Reading[float] | None = None
    """Table Horizontal Rotation Angle (113755), degrees."""
    table_cradle_tilt_deg: Reading[float] | None = None
    """Table Cradle Tilt Angle (113756), degrees."""
    field_height_mm: Reading[float] | None = None
    """Collimated Field Height (113788), mm; 0 means not recorded."""
    field_width_mm: Reading[float] | None = None
    """Collimated Field Width (113789), mm; 0 means not recorded."""
    intensifier_diameter_mm: Reading[float] | None = None
    """Diameter of the selected field of the image intensifier or detector where a maker states it, mm."""
    patient_thickness_mm: Reading[float] | None = None
    """Patient Equivalent Thickness (111638), mm."""
    grids: tuple[Reading[Code], ...] = ()
    """X-Ray Grid (111635, CID 10017); the values of Grid (0018,1166) of an image, each a meaning only."""
    image_uids: tuple[str, ...] = ()
    """SOP Instance UIDs of the Acquired Images (113795)."""
    anatomical_structure: Reading[Code] | None = None
    """Anatomical Structure (91723000, CID 4009 or 4031)."""
    view_position: Reading[str] | None = None
    """View Position (0018,5101) of an image: AP, CC, MLO, ..."""
    view_modifiers: tuple[Reading[Code], ...] = ()
    """View Modifier (111032, CID 4011 or 4015; (0054,0222)): magnified, spot compression, implant displaced, ..."""
    projection_name: Reading[Code] | None = None
    """Projection Eponymous Name (113946)."""
    breast: BreastExposure | None = None
    """What mammography alone states."""
    source_entrance_mm: Reading[float] | None = None
    """Distance Source to Entrance (0040,0306), mm."""
    source_patient_mm: Reading[float] | None = None
    """Distance Source to Patient (0018,1111), mm."""
    source_table_mm: Reading[float] | None = None
    """Distance Source to Table Plane (113792), mm."""
    magnification: Reading[float] | None = None
    """Estimated Radiographic Magnification Factor (0018,1114), ratio."""
    field_of_view_mm: tuple[float, ...] = ()
    """Field of View Dimension(s) (0018,1149) of the detector, mm: rows then columns, or the diameter."""
    grid_focal_distance_mm: Reading[float] | None = None
    """Grid Focal Distance (0018,704C), mm."""
    relative_exposure: Reading[float] | None = None
    """Relative X-ray Exposure (0018,1405): the maker's own index of the detector's exposure."""
    sensitivity: Reading[float] | None = None
    """Sensitivity (0018,6000): the maker's own measure of the detector's speed."""
    exposure_control: Reading[str] | None = None
    """Exposure Control Mode (0018,7060): MANUAL or AUTOMATIC."""
    mechanical_configuration: Reading[Code] | None = None
    """CR/DR Mechanical Configuration (113956, CID 10031)."""
    detector_identification: Reading[str] | None = None
    """Detector ID (0018,700A)."""
    device: EventDevice | None = None
    frames: Reading[float] | None = None
    """Number of frames of a run where its maker or its image (0028,0008) states them."""
    image: ImageHeader | None = None
    """The image that shows the exposure, where the reading is of an image's header."""
    maker_items: tuple[MakerItem, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaneTotals:
    """Accumulated X-Ray Dose Data (113702, TID 10002) of one plane, as the object states it."""

    plane: Reading[Code] | None = None
    """Acquisition Plane (113764)."""
    dap_gy_cm2: Reading[float] | None = None
    """Dose Area Product Total (113722), Gy·cm²."""
    ka_r_mgy: Reading[float] | None = None
    """Dose (RP) Total (113725), mGy."""
    fluoro_time_s: Reading[float] | None = None
    """Total Fluoro Time (113730), s."""
    fluoro_dap_gy_cm2: Reading[float] | None = None
    """Fluoro Dose Area Product Total (113726), Gy·cm²."""
    fluoro_ka_r_mgy: Reading[float] | None = None
    """Fluoro Dose (RP) Total (113728), mGy."""
    acquisition_dap_gy_cm2: Reading[float] | None = None
    """Acquisition Dose Area Product Total (113727), Gy·cm²."""
    acquisition_ka_r_mgy: Reading[float] | None = None
    """Acquisition Dose (RP) Total (113729), mGy."""
    agd_left_mgy: Reading[float] | None = None
    """Accumulated Average Glandular Dose (111637) of the left breast, mGy."""
    agd_right_mgy: Reading[float] | None = None
    """Accumulated Average Glandular Dose (111637) of the right breast, mGy."""
    acquisition_time_s: Reading[float] | None = None
    """Total Acquisition Time (113855), s."""
    radiographic_frames: Reading[float] | None = None
    """Total Number of Radiographic Frames (113731)."""
    reference_point: Reading[Code] | None = None
    """Reference Point Definition (113780), CID 10025; free text is a code with a meaning only."""
    source_reference_point_mm: Reading[float] | None = None
    """Distance Source to Reference Point (113737), mm."""
    exposures: Reading[float] | None = None
    """Exposed frames or images: Number of Exposures of a maker's summary."""
    calibrations: tuple[Calibration, ...] = ()
    maker_items: tuple[MakerItem, ...] = ()
