"""Columns have their declared type whatever the record holds."""

from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa

from doseloop.facts.paths import FactsPaths
from doseloop.facts.record import reading
from doseloop.facts.rows import Selection, _batch, names_of, no_rows, rows_of
from doseloop.facts.schema import EXAMS, MOMENT, NAME_KINDS, ROW_KINDS
from doseloop.store.models import Exam
from tests.facts.made import make_exam, make_scanner, make_site

EVERY = Selection("e.id > ?", (0,))
DOSES = pa.schema([("dlp_mgy_cm", pa.float64()), ("settled", pa.bool_()), ("started_at", MOMENT)])


def test_a_record_without_rows_gives_tables_of_the_declared_schema(paths: FactsPaths) -> None:
    with reading(paths.record) as record:
        rows, names = rows_of(record, EVERY), names_of(record)
    for kind in ROW_KINDS:
        assert rows.of(kind).schema == kind.schema == no_rows().of(kind).schema
        assert rows.of(kind).num_rows == 0
    assert [names[kind.name].schema for kind in NAME_KINDS] == [kind.schema for kind in NAME_KINDS]


def test_five_thousand_leading_nulls_do_not_make_a_column_of_nulls(paths: FactsPaths) -> None:
    exam = make_exam(make_scanner(make_site()), dlp_mgy_cm=None)
    Exam.objects.bulk_create(another(exam, f"u{n}") for n in range(5000))
    last = make_exam(exam.scanner, dlp_mgy_cm=812.5)
    with reading(paths.record) as record:
        exams = rows_of(record, EVERY).exams
    assert exams.schema == EXAMS.schema
    assert exams["dlp_mgy_cm"].null_count == 5001
    assert dict(zip(exams["exam"].to_pylist(), exams["dlp_mgy_cm"].to_pylist(), strict=True))[last.pk] == 812.5


def another(exam: Exam, study_uid: str) -> Exam:
    """An exam like this one, of another study."""
    values = {field.attname: getattr(exam, field.attname) for field in exam._meta.concrete_fields}
    return Exam(**{**values, "id": None, "study_uid": study_uid})


def test_whole_numbers_among_fractions_stay_numbers() -> None:
    batch = _batch(DOSES, [(1, 1, None), (2.5, 0, None), (None, None, None)])
    assert batch["dlp_mgy_cm"].to_pylist() == [1.0, 2.5, None]
    assert batch["settled"].to_pylist() == [True, False, None]


def test_times_are_kept_as_the_clock_showed_them_and_what_is_no_time_is_none() -> None:
    moments = ["2025-03-10T09:30:00", "2025-03-10 09:30:00.250000", "2025-03-10T09:30:00+05:00", "", "31.12.2025", None]
    aware = datetime(2025, 3, 10, 9, 30, tzinfo=timezone(timedelta(hours=5)))
    batch = _batch(DOSES, [(None, None, moment) for moment in [*moments, aware]])
    nine = datetime(2025, 3, 10, 9, 30)
    quarter = nine.replace(microsecond=250_000)
    assert batch["started_at"].to_pylist() == [
        nine,
        quarter,
        nine,
        None,
        None,
        None,
        aware.astimezone(UTC).replace(tzinfo=None),
    ]
