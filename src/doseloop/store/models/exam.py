"""Exams, their parts and their events: rebuilt from the records of all objects of a study, never edited."""

from django.db import models
from django.db.models.functions import Coalesce

from doseloop.store.models.equipment import Scanner, Site
from doseloop.store.models.object import DoseObjectRow
from doseloop.store.models.patient import Patient
from doseloop.store.models.procedure import Procedure


class Exam(models.Model):
    """A study with dose of one patient."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT, db_index=False)
    named_scanner = models.ForeignKey(Scanner, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    """The scanner as its objects name it, where that is another name of `scanner`; None where it is the same."""
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    """Whom it counts for."""
    named = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="named_exams")
    """Whom its objects name, where that is another: one that is part of `patient`."""
    part_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="homes")
    """The exam in which its objects count, where one study stands under two numbers of one patient. It then has neither parts
    nor events, and nobody is shown it."""
    study_uid = models.TextField()
    accession_number = models.TextField(default="")
    modality = models.TextField()
    started_at = models.TextField()
    """Wall clock as recorded, `YYYY-MM-DDTHH:MM:SS`; empty where no object tells."""
    zone = models.TextField(default="")
    """The zone of that clock: an offset or an IANA name."""
    zone_source = models.TextField(default="assumed")
    """object, scanner, site or assumed."""
    description = models.TextField(default="")
    protocol_name = models.TextField(default="")
    requested_procedure = models.TextField(default="")
    age_years = models.FloatField(null=True)
    age_band = models.TextField(default="")
    """Key of the age band, empty where the age is not known."""
    age_known_to = models.TextField(default="")
    """day, week, month or year: how finely the age is known."""
    sex = models.TextField(default="")
    height_m = models.FloatField(null=True)
    height_source = models.TextField(default="")
    """As in the table of precedence (`size`); empty where there is no height."""
    height_measured_at = models.TextField(default="")
    """Wall clock of an imported one; empty where it is not known, or of the exam itself."""
    weight_kg = models.FloatField(null=True)
    weight_source = models.TextField(default="")
    weight_measured_at = models.TextField(default="")
    dlp_mgy_cm = models.FloatField(null=True)
    dap_gy_cm2 = models.FloatField(null=True)
    ka_r_mgy = models.FloatField(null=True)
    fluoro_time_s = models.FloatField(null=True)
    agd_left_mgy = models.FloatField(null=True)
    agd_right_mgy = models.FloatField(null=True)
    activity_mbq = models.FloatField(null=True)
    effective_dose_msv = models.FloatField(null=True)
    """Of the administrations, as an object states it."""
    effective_dose_estimate_msv = models.FloatField(null=True)
    """Computed, of all of its parts together; None where one of them has none."""
    dap_corrected_gy_cm2 = models.FloatField(null=True)
    ka_r_corrected_mgy = models.FloatField(null=True)
    """By the calibration of the tube; None where there is none."""
    methods_edition = models.TextField(default="")
    """The edition of methods and coefficients (`MethodEdition`) that computed its values; empty before anything did."""
    totals = models.JSONField(default=dict)
    """For each total: what objects state, what events add up to, and which of both is used."""
    issues = models.JSONField(default=list)
    """Sentences about what does not fit: a total that disagrees, one event UID in two studies."""
    repairs = models.JSONField(null=True)
    """Stated totals that a rule of a person repaired: `model.value_repair.RepairedValue`, one mapping each; else None."""
    event_count = models.IntegerField(default=0)
    repaired = models.IntegerField(null=True)
    implausible = models.IntegerField(null=True)
    """Values that a rule made, and that cannot be; None in an exam that was made before they were counted."""
    received_at = models.DateTimeField()
    """When the newest of its objects arrived (UTC)."""
    delay_h = models.FloatField(null=True)
    """Hours from its start to that; negative where a clock is wrong, None where the start is not known."""
    settled = models.BooleanField(default=False)
    """Whether the study has been quiet long enough for totals and group comparisons."""
    excluded_as = models.TextField(default="")
    """`phantom`, `test` or empty; set by a person with a reason that the audit holds."""
    excluded_reason = models.TextField(default="")
    changed = models.BigIntegerField(default=0)
    """Number of the last change of this exam: what the columnar copy is behind is read again."""

    outdated = models.BooleanField(default=False)
    """Whether something was decided since the exam was made that changes it: the worker makes it anew."""

    class Meta:
        constraints = [models.UniqueConstraint(Coalesce("named", "patient"), "study_uid", name="exam_is_one")]
        indexes = [
            models.Index(fields=["study_uid"], name="exam_by_study"),
            models.Index(fields=["changed"], name="exam_by_change"),
            models.Index(fields=["started_at"], name="exam_by_start"),
            models.Index(fields=["scanner", "started_at"], name="exam_by_scanner"),
            models.Index(fields=["settled", "received_at"], name="exam_by_quiet"),
            models.Index(
                fields=["named_scanner"], name="exam_by_named", condition=models.Q(named_scanner__isnull=False)
            ),
            models.Index(fields=["methods_edition"], name="exam_by_edition"),
            models.Index(fields=["outdated"], name="exam_outdated", condition=models.Q(outdated=True)),
        ]


class Part(models.Model):
    """A procedure within an exam; reference levels are compared by part."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="parts")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, null=True, on_delete=models.PROTECT, db_index=False)
    """Its exam's, here too since the past of one scanner is looked up for every object."""
    position = models.IntegerField()
    modality = models.TextField()
    procedure = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT)
    evidence = models.JSONField(default=list)
    """Which fields and words named the procedure."""
    age_band = models.TextField(default="")
    started_at = models.TextField(default="")
    weight_kg = models.FloatField(null=True)
    weight_source = models.TextField(default="")
    phantom_cm = models.IntegerField(null=True)
    """The phantom of the main acquisitions, None where they differ or are not known."""
    dlp_mgy_cm = models.FloatField(null=True)
    ctdi_vol_mgy = models.FloatField(null=True)
    """The highest of the part's main acquisitions."""
    dap_gy_cm2 = models.FloatField(null=True)
    ka_r_mgy = models.FloatField(null=True)
    fluoro_time_s = models.FloatField(null=True)
    agd_left_mgy = models.FloatField(null=True)
    agd_right_mgy = models.FloatField(null=True)
    activity_mbq = models.FloatField(null=True)
    effective_dose_msv = models.FloatField(null=True)
    effective_dose_estimate_msv = models.FloatField(null=True)
    dap_corrected_gy_cm2 = models.FloatField(null=True)
    ka_r_corrected_mgy = models.FloatField(null=True)
    is_estimate = models.BooleanField(default=False)
    """Whether it is known from image headers alone where a report should tell."""
    eligible = models.BooleanField(default=True)
    """Whether it may stand in a group: not excluded, not a header estimate."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "position"], name="part_is_one")]
        indexes = [
            models.Index(fields=["site", "procedure", "age_band", "started_at"], name="part_at_site"),
            models.Index(fields=["scanner", "procedure", "age_band", "started_at"], name="part_on_scanner"),
        ]


class Event(models.Model):
    """An irradiation event, with the place of every value in `detail`."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="events")
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="events")
    object = models.ForeignKey(DoseObjectRow, on_delete=models.PROTECT)
    position = models.IntegerField()
    event_uid = models.TextField(default="")
    kind = models.TextField()
    """A key of `model.exam.EVENT_KINDS`."""
    role = models.TextField(default="main")
    """As in `model.exam.ExamEvent`."""
    started_at = models.TextField(default="")
    type = models.TextField(default="")
    plane = models.TextField(default="")
    protocol = models.TextField(default="")
    target_region = models.TextField(default="")
    ctdi_vol_mgy = models.FloatField(null=True)
    dlp_mgy_cm = models.FloatField(null=True)
    phantom_cm = models.IntegerField(null=True)
    dap_gy_cm2 = models.FloatField(null=True)
    ka_r_mgy = models.FloatField(null=True)
    kvp = models.FloatField(null=True)
    tube_current_ma = models.FloatField(null=True)
    exposure_time_ms = models.FloatField(null=True)
    pitch = models.FloatField(null=True)
    scanning_length_mm = models.FloatField(null=True)
    laterality = models.TextField(default="")
    view = models.TextField(default="")
    exposure_mas = models.FloatField(null=True)
    agd_mgy = models.FloatField(null=True)
    entrance_exposure_mgy = models.FloatField(null=True)
    compression_thickness_mm = models.FloatField(null=True)
    compression_force_n = models.FloatField(null=True)
    target_filter = models.TextField(default="")
    """Anode target and filter material of mammography as symbols, `Rh/Ag`."""
    exposure_index = models.FloatField(null=True)
    target_exposure_index = models.FloatField(null=True)
    deviation_index = models.FloatField(null=True)
    radionuclide = models.TextField(default="")
    """As `harmonise.radionuclides` names it: `F-18`."""
    product = models.TextField(default="")
    activity_mbq = models.FloatField(null=True)
    effective_dose_msv = models.FloatField(null=True)
    sar_whole_body_w_kg = models.FloatField(null=True)
    sar_head_w_kg = models.FloatField(null=True)
    b1_rms_ut = models.FloatField(null=True)
    operating_mode = models.TextField(default="")
    ssde_mgy = models.FloatField(null=True)
    """From here to `ka_r_corrected_mgy`: computed (`store.estimate_columns`)."""
    water_equivalent_diameter_mm = models.FloatField(null=True)
    noise_hu = models.FloatField(null=True)
    ka_i_mgy = models.FloatField(null=True)
    agd_estimate_mgy = models.FloatField(null=True)
    effective_dose_estimate_msv = models.FloatField(null=True)
    dap_corrected_gy_cm2 = models.FloatField(null=True)
    ka_r_corrected_mgy = models.FloatField(null=True)
    detail = models.BinaryField()
    """The whole event as it counts: deflated MessagePack of the record that `model.exam.EVENT_KINDS` names for `kind`."""
    repairs = models.JSONField(null=True)
    """Its values that a rule of a person repaired, as in `Exam.repairs`; what the object says stays in the object's record."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "position"], name="event_is_one")]
        indexes = [models.Index(fields=["event_uid"], name="event_by_uid")]


class MethodEdition(models.Model):
    """The methods and coefficients that computed values at some time: what an edition in an exam's row stands for."""

    edition = models.TextField(unique=True)
    versions = models.JSONField()
    """Version by id of each method and of each set of coefficients."""
    since = models.DateTimeField()
    """When it first computed something here (UTC)."""
