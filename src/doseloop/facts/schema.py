"""The declared columns of the copy: name, Arrow type and where the record holds the value.

Types are declared and never inferred: a column may begin with thousands of nulls, hold whole numbers among fractions, or
have no row at all. The expressions are SQL that SQLite and PostgreSQL share.
"""

from dataclasses import dataclass

import pyarrow as pa

_TEXT = pa.string()
_KEY = pa.int64()
_DOSE = pa.float64()
_FLAG = pa.bool_()
MOMENT = pa.timestamp("us")
"""Wall clock of the site, or UTC for our own times. Never with a zone."""
KEYS = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `source` is an SQL expression over the record."""

    name: str
    kind: pa.DataType
    source: str


@dataclass(frozen=True, slots=True)
class RowKind:
    """One table of the copy, and how its rows stand in the record."""

    name: str
    source: str
    """Tables of the record; `e` is the exam. SQLite visits a CROSS JOIN in the written order: chosen exams first."""
    columns: tuple[Column, ...]
    joined: str = "TRUE"
    """How the tables belong together."""

    @property
    def schema(self) -> pa.Schema:
        """The declared Arrow schema."""
        return pa.schema([pa.field(column.name, column.kind) for column in self.columns])

    @property
    def select(self) -> str:
        """The query of all rows, to which a condition on `e` may be added."""
        listed = ", ".join(f"{column.source} AS {column.name}" for column in self.columns)
        return f"SELECT {listed} FROM {self.source} WHERE {self.joined}"  # noqa: S608  (only declared expressions)


_COMPUTED_TOTALS = ("effective_dose_estimate_msv", "dap_corrected_gy_cm2", "ka_r_corrected_mgy")
_COMPUTED = ("ssde_mgy", "water_equivalent_diameter_mm", "noise_hu", "ka_i_mgy", "agd_estimate_mgy", *_COMPUTED_TOTALS)
_EXAM_FLAGS = "(SELECT count(*) FROM store_flag f WHERE f.exam_id = e.id AND f.state = 'open')"
_PART_FLAGS = (
    "(SELECT count(*) FROM store_flag f WHERE f.exam_id = e.id AND f.state = 'open'"
    " AND (f.procedure_id IS NULL OR f.procedure_id = p.procedure_id))"
)
COUNTED = "e.part_of_id IS NULL"
"""Of an exam that does not count in another one (a study under two numbers of one patient)."""
_HAS_ISSUES = "CASE WHEN CAST(e.issues AS TEXT) IN ('[]', '') THEN 0 ELSE 1 END"

_OF_EXAM = (
    Column("exam", _KEY, "e.id"),
    Column("site", _KEY, "e.site_id"),
    Column("scanner", _KEY, "e.scanner_id"),
    Column("patient", _KEY, "e.patient_id"),
)
_STANDING = (
    Column("excluded_as", _TEXT, "e.excluded_as"),
    Column("settled", _FLAG, "e.settled"),
)

EXAMS = RowKind(
    "exams",
    "store_exam e",
    (
        *_OF_EXAM,
        Column("study_uid", _TEXT, "e.study_uid"),
        Column("accession_number", _TEXT, "e.accession_number"),
        Column("modality", _TEXT, "e.modality"),
        Column("started_at", MOMENT, "e.started_at"),
        Column("received_at", MOMENT, "e.received_at"),
        Column("description", _TEXT, "e.description"),
        Column("protocol_name", _TEXT, "e.protocol_name"),
        Column("requested_procedure", _TEXT, "e.requested_procedure"),
        Column("age_years", _DOSE, "e.age_years"),
        Column("age_band", _TEXT, "e.age_band"),
        Column("sex", _TEXT, "e.sex"),
        Column("height_m", _DOSE, "e.height_m"),
        Column("height_source", _TEXT, "e.height_source"),
        Column("weight_kg", _DOSE, "e.weight_kg"),
        Column("weight_source", _TEXT, "e.weight_source"),
        Column("dlp_mgy_cm", _DOSE, "e.dlp_mgy_cm"),
        Column("dap_gy_cm2", _DOSE, "e.dap_gy_cm2"),
        Column("ka_r_mgy", _DOSE, "e.ka_r_mgy"),
        Column("fluoro_time_s", _DOSE, "e.fluoro_time_s"),
        Column("agd_left_mgy", _DOSE, "e.agd_left_mgy"),
        Column("agd_right_mgy", _DOSE, "e.agd_right_mgy"),
        Column("activity_mbq", _DOSE, "e.activity_mbq"),
        Column("effective_dose_msv", _DOSE, "e.effective_dose_msv"),
        *(Column(name, _DOSE, f"e.{name}") for name in _COMPUTED_TOTALS),
        Column("event_count", _KEY, "e.event_count"),
        Column("open_flags", _KEY, _EXAM_FLAGS),
        Column("has_issues", _FLAG, _HAS_ISSUES),
        Column("repaired", _KEY, "e.repaired"),
        Column("implausible", _KEY, "e.implausible"),
        Column("delay_h", _DOSE, "e.delay_h"),
        *_STANDING,
        Column("procedures", KEYS, "NULL"),
        Column("without_procedure", _FLAG, "NULL"),
    ),
    joined=COUNTED,
)
"""Exams, without those that count in another. The last two columns are gathered from the exam's parts."""

PARTS = RowKind(
    "parts",
    "store_exam e CROSS JOIN store_part p",
    (
        Column("part", _KEY, "p.id"),
        Column("position", _KEY, "p.position"),
        *_OF_EXAM,
        Column("modality", _TEXT, "p.modality"),
        Column("procedure", _TEXT, "p.procedure_id"),
        Column("age_band", _TEXT, "p.age_band"),
        Column("age_years", _DOSE, "e.age_years"),
        Column("started_at", MOMENT, "CASE WHEN p.started_at = '' THEN e.started_at ELSE p.started_at END"),
        Column("exam_started_at", MOMENT, "e.started_at"),
        Column("weight_kg", _DOSE, "p.weight_kg"),
        Column("weight_source", _TEXT, "p.weight_source"),
        Column("phantom_cm", _KEY, "p.phantom_cm"),
        Column("dlp_mgy_cm", _DOSE, "p.dlp_mgy_cm"),
        Column("ctdi_vol_mgy", _DOSE, "p.ctdi_vol_mgy"),
        Column("dap_gy_cm2", _DOSE, "p.dap_gy_cm2"),
        Column("ka_r_mgy", _DOSE, "p.ka_r_mgy"),
        Column("fluoro_time_s", _DOSE, "p.fluoro_time_s"),
        Column("agd_left_mgy", _DOSE, "p.agd_left_mgy"),
        Column("agd_right_mgy", _DOSE, "p.agd_right_mgy"),
        Column("activity_mbq", _DOSE, "p.activity_mbq"),
        Column("effective_dose_msv", _DOSE, "p.effective_dose_msv"),
        *(Column(name, _DOSE, f"p.{name}") for name in _COMPUTED_TOTALS),
        Column("is_estimate", _FLAG, "p.is_estimate"),
        Column("eligible", _FLAG, "p.eligible"),
        Column("open_flags", _KEY, _PART_FLAGS),
        *_STANDING,
    ),
    joined="p.exam_id = e.id",
)

_EVENT_WORDS = ("laterality", "view", "target_filter", "radionuclide", "product", "operating_mode")
_EVENT_NUMBERS = (
    *("exposure_mas", "agd_mgy", "entrance_exposure_mgy", "compression_thickness_mm", "compression_force_n"),
    *("exposure_index", "target_exposure_index", "deviation_index", "activity_mbq", "effective_dose_msv"),
    *("sar_whole_body_w_kg", "sar_head_w_kg", "b1_rms_ut"),
)

EVENTS = RowKind(
    "events",
    "store_exam e CROSS JOIN store_event v CROSS JOIN store_part p",
    (
        Column("event", _KEY, "v.id"),
        Column("part", _KEY, "v.part_id"),
        Column("position", _KEY, "v.position"),
        *_OF_EXAM,
        Column("modality", _TEXT, "p.modality"),
        Column("procedure", _TEXT, "p.procedure_id"),
        Column("age_band", _TEXT, "p.age_band"),
        Column("age_years", _DOSE, "e.age_years"),
        Column("weight_kg", _DOSE, "p.weight_kg"),
        Column("weight_source", _TEXT, "p.weight_source"),
        Column("event_uid", _TEXT, "v.event_uid"),
        Column("kind", _TEXT, "v.kind"),
        Column("role", _TEXT, "v.role"),
        Column("started_at", MOMENT, "CASE WHEN v.started_at = '' THEN e.started_at ELSE v.started_at END"),
        Column("exam_started_at", MOMENT, "e.started_at"),
        Column("type", _TEXT, "v.type"),
        Column("plane", _TEXT, "v.plane"),
        Column("protocol", _TEXT, "v.protocol"),
        Column("target_region", _TEXT, "v.target_region"),
        Column("ctdi_vol_mgy", _DOSE, "v.ctdi_vol_mgy"),
        Column("dlp_mgy_cm", _DOSE, "v.dlp_mgy_cm"),
        Column("phantom_cm", _KEY, "v.phantom_cm"),
        Column("dap_gy_cm2", _DOSE, "v.dap_gy_cm2"),
        Column("ka_r_mgy", _DOSE, "v.ka_r_mgy"),
        Column("kvp", _DOSE, "v.kvp"),
        Column("tube_current_ma", _DOSE, "v.tube_current_ma"),
        Column("exposure_time_ms", _DOSE, "v.exposure_time_ms"),
        Column("pitch", _DOSE, "v.pitch"),
        Column("scanning_length_mm", _DOSE, "v.scanning_length_mm"),
        *(Column(name, _TEXT, f"v.{name}") for name in _EVENT_WORDS),
        *(Column(name, _DOSE, f"v.{name}") for name in (*_EVENT_NUMBERS, *_COMPUTED)),
        Column("eligible", _FLAG, "p.eligible"),
        *_STANDING,
    ),
    joined="v.exam_id = e.id AND p.id = v.part_id",
)

PEOPLE = RowKind(
    "people",
    "store_exam e CROSS JOIN store_examperson q",
    (
        *_OF_EXAM,
        Column("person", _KEY, "q.person_id"),
        Column("played", _TEXT, "q.part"),
        Column("exam_started_at", MOMENT, "e.started_at"),
        *_STANDING,
    ),
    joined=f"q.exam_id = e.id AND {COUNTED}",
)
"""The names of staff in each exam: which name stands for whom is not copied, so that merging rewrites nothing."""

ROW_KINDS = (EXAMS, PARTS, EVENTS, PEOPLE)

SITES = RowKind(
    "sites",
    "store_site s",
    (Column("site", _KEY, "s.id"), Column("site_name", _TEXT, "s.name"), Column("zone", _TEXT, "s.zone")),
)
_ROOT_NAME = "COALESCE((SELECT r.name FROM store_scanner r WHERE r.id = s.root_id), s.name)"
"""Until the exams of a merged scanner are made anew, they show the name that they will have."""
_LAST_OBJECT = "(SELECT max(m.last_object_at) FROM store_scanner m WHERE m.id = s.id OR m.root_id = s.id)"
SCANNERS = RowKind(
    "scanners",
    "store_scanner s",
    (
        Column("scanner", _KEY, "s.id"),
        Column("scanner_name", _TEXT, _ROOT_NAME),
        Column("site", _KEY, "s.site_id"),
        Column("modality", _TEXT, "s.modality"),
        Column("manufacturer", _TEXT, "s.manufacturer"),
        Column("station_name", _TEXT, "s.station_name"),
        Column("last_object_at", MOMENT, _LAST_OBJECT),
        Column("root", _KEY, "COALESCE(s.root_id, s.id)"),
    ),
)
PROCEDURES = RowKind(
    "procedures",
    "store_procedure s",
    (
        Column("procedure", _TEXT, "s.key"),
        Column("procedure_name", _TEXT, "s.name"),
        Column("modality", _TEXT, "s.modality"),
    ),
)
PERSONS = RowKind(
    "persons",
    "store_person s CROSS JOIN store_person w",
    (
        Column("person", _KEY, "s.id"),
        Column("site", _KEY, "s.site_id"),
        Column("whom", _KEY, "w.id"),
        Column("is_one_person", _FLAG, "w.is_one_person"),
    ),
    joined="w.id = COALESCE(s.whom_id, s.id)",
)
"""Whom a typed name stands for. What was typed is no figure, and is not among the facts."""
NAME_KINDS = (SITES, SCANNERS, PROCEDURES, PERSONS)
"""Names are never copied: they are read fresh and joined, so that renaming a scanner rewrites nothing."""
