"""One administration of a radiopharmaceutical (PS3.16 TID 10021 to 10024; PS3.3 sections C.8.4.10 and C.8.9.2)."""

from dataclasses import dataclass

from doseloop.model.image import ImageHeader
from doseloop.model.reading import Code, Reading


@dataclass(frozen=True, slots=True)
class OrganDose:
    """Organ Dose Information (113517, TID 10023), as the object states it."""

    organ: Reading[Code]
    """Finding Site (363698007)."""
    dose_mgy: Reading[float] | None = None
    """Organ Dose (113518), mGy."""
    laterality: str | None = None
    """L, R, B or None, from Laterality (272741003)."""
    authority: str | None = None
    """Reference Authority (121406): whose model gave it."""
    mass_g: Reading[float] | None = None
    """Mass of the organ (118538004), g, where the estimate used one."""


@dataclass(frozen=True, slots=True)
class PatientState:
    """Radiopharmaceutical Administration Patient Characteristics (121118, TID 10024)."""

    age_years: Reading[float] | None = None
    """Subject Age (121033), years."""
    sex: str | None = None
    """Subject Sex (121032): M, F or O."""
    height_m: Reading[float] | None = None
    """Patient Height (8302-2), m."""
    weight_kg: Reading[float] | None = None
    """Patient Weight (29463-7), kg."""
    body_surface_m2: Reading[float] | None = None
    """Body Surface Area (8277-6), m²."""
    body_mass_index_kg_m2: Reading[float] | None = None
    """Body Mass Index (60621009), kg/m²."""
    glucose_mmol_l: Reading[float] | None = None
    """Glucose in serum (14749-6, 2345-7), mmol/L."""
    fasting_h: Reading[float] | None = None
    """Fasting Duration (113550), h."""
    hydration_ml: Reading[float] | None = None
    """Hydration Volume (113551), ml."""
    physical_activity: str | None = None
    """Recent Physical Activity (113552)."""
    creatinine_mg_dl: Reading[float] | None = None
    """Creatinine in serum (2160-0), mg/dl."""
    filtration_ml_min: Reading[float] | None = None
    """Glomerular Filtration Rate (80274001, CID 10046), ml/min."""
    states: tuple[Code, ...] = ()
    """Patient State (109054, CID 10045)."""


@dataclass(frozen=True, slots=True)
class NuclearImage:
    """How the counts of a nuclear medicine or PET series became its images (PS3.3 sections C.8.9.1, C.8.9.4)."""

    units: str | None = None
    """Units (0054,1001): BQML, PROPCPS, ..."""
    series_type: tuple[str, ...] = ()
    """Series Type (0054,1000)."""
    corrections: tuple[str, ...] = ()
    """Corrected Image (0028,0051): ATTN, SCAT, DECY, ..."""
    decay_correction: str | None = None
    """Decay Correction (0054,1102): NONE, START or ADMIN."""
    reconstruction: str | None = None
    """Reconstruction Method (0054,1103)."""
    slices: int | None = None
    """Number of Slices (0054,0081)."""


@dataclass(frozen=True, slots=True)
class Administration:
    """One administration (TID 10022 and 10023). What is not recorded is None, never 0."""

    event_uid: Reading[str] | None = None
    """Radiopharmaceutical Administration Event UID (113503, (0008,3012))."""
    started_at: Reading[str] | None = None
    """Radiopharmaceutical Start DateTime (123003, (0018,1078)), local wall clock, ISO 8601 without zone."""
    stopped_at: Reading[str] | None = None
    """Radiopharmaceutical Stop DateTime (123004, (0018,1079))."""
    product: Reading[Code] | None = None
    """Radiopharmaceutical agent (349358000, CID 25 and 4021; (0054,0304))."""
    product_name: Reading[str] | None = None
    """Radiopharmaceutical (123001, (0018,0031)) as typed."""
    radionuclide: Reading[Code] | None = None
    """Radionuclide (89457008, CID 18 and 4020; (0054,0300))."""
    half_life_s: Reading[float] | None = None
    """Radionuclide Half Life (304283002, (0018,1075)), s."""
    positron_fraction: Reading[float] | None = None
    """Radionuclide Positron Fraction ((0018,1076)), 0 to 1."""
    activity_mbq: Reading[float] | None = None
    """Administered activity (113507), MBq; Radionuclide Total Dose (0018,1074) of an image: Bq in PET, MBq in NM."""
    pre_activity_mbq: Reading[float] | None = None
    """Pre-Administration Measured Activity (113508), MBq."""
    pre_measured_at: Reading[str] | None = None
    """When that was measured (121135)."""
    post_activity_mbq: Reading[float] | None = None
    """Post-Administration Measured Activity (113509), MBq: what stayed in syringe and line."""
    post_measured_at: Reading[str] | None = None
    """When that was measured (121135)."""
    specific_activity_mbq_umol: Reading[float] | None = None
    """Radiopharmaceutical Specific Activity (123007, (0018,1077)), MBq/µmol."""
    volume_ml: Reading[float] | None = None
    """Radiopharmaceutical Volume (123005, (0018,1071)), cm³."""
    route: Reading[Code] | None = None
    """Route of administration (410675002, CID 11; (0054,0302) or (0018,1070))."""
    site: Reading[Code] | None = None
    """Site of (272737002) the route: the vein or organ."""
    laterality: str | None = None
    """L, R, B or None, of that site."""
    extravasation_activity_mbq: Reading[float] | None = None
    """Estimated Extravasation Activity (113506), MBq."""
    extravasation_symptoms: tuple[Code, ...] = ()
    """Intravenous Extravasation Symptoms (113505, CID 10043)."""
    effective_dose_msv: Reading[float] | None = None
    """Effective Dose (113839), mSv, as the object states it."""
    effective_dose_authority: str | None = None
    """Reference Authority (121406) of the effective dose."""
    organ_doses: tuple[OrganDose, ...] = ()
    administered_by: Reading[str] | None = None
    """Person Name (113870) whose role is to administer, as typed."""
    prescription: Reading[str] | None = None
    """Prescription Identifier (113516)."""
    product_identifier: Reading[str] | None = None
    """Drug Product Identifier (113510)."""
    dispense_unit: Reading[str] | None = None
    """Radiopharmaceutical Dispense Unit Identifier (113511)."""
    lots: tuple[str, ...] = ()
    """Radiopharmaceutical Lot (113512), Reagent Vial (113513) and Radionuclide Vial (113514) Identifiers."""
    comment: Reading[str] | None = None
    """Comment (121106)."""
    image: ImageHeader | None = None
    """The image whose header tells of it, None where a report does."""
    nuclear_image: NuclearImage | None = None
