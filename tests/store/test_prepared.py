"""Statements that are written once give what Django's own give, whatever values a run has."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Counter, DoseObjectRow, Exam, Identity, Patient, Scanner, Site
from doseloop.store.prepared import Insert, Rows, Slot, Update, columns_of

pytestmark = pytest.mark.record
NOON = datetime(2026, 11, 24, 12, 0, 0, 1, tzinfo=UTC)


def object_row(sha256: str) -> dict[str, object]:
    return {"sha256": sha256, "size": 3, "way_in": "ingest", "received_at": NOON, "last_received_at": NOON}


def test_rows_are_those_of_the_query_with_the_values_of_this_run(folder: DataFolder) -> None:
    found = Rows(lambda: Site.objects.filter(name=Slot("name")).values_list("zone"))
    Site.objects.create(name="North", zone="Europe/Oslo")
    Site.objects.create(name="South", zone="Europe/Rome")
    assert found.all(name="North") == [("Europe/Oslo",)]
    assert found.first(name="South") == ("Europe/Rome",)
    assert found.first(name="East") is None
    assert found.all(name="%s' OR 1=1 --") == []


def test_values_come_back_as_django_gives_them(folder: DataFolder) -> None:
    site = Site.objects.create(name="North", zone="Europe/Oslo")
    scanner = Scanner.objects.create(
        site=site, key="k", name="CT", modality="CT", first_object_at=NOON, last_object_at=NOON
    )
    exam = Insert(Exam).key(
        site_id=site.pk, scanner_id=scanner.pk, patient_id=Patient.objects.create().pk, study_uid="2.25.1", modality="CT",
        received_at=NOON, issues=["one", {"zwei": "µ"}], age_years=None, settled=True,
    )  # fmt: skip
    names = columns_of(Exam)
    (row,) = Rows(lambda: Exam.objects.filter(pk=Slot("pk")).values_list(*names)).all(pk=exam)
    by_django = Exam.objects.get(pk=exam)
    assert dict(zip(names, row, strict=True)) == {name: getattr(by_django, name) for name in names}
    assert (by_django.issues, by_django.received_at, by_django.totals) == (["one", {"zwei": "µ"}], NOON, {})


@pytest.mark.parametrize("model", [DoseObjectRow, Exam, Identity, Scanner])
def test_columns_are_in_the_order_of_the_constructor(model: type[Model]) -> None:
    values = list(range(len(columns_of(model))))
    made = model(*values)
    assert [getattr(made, name) for name in columns_of(model)] == values


def test_an_update_changes_the_rows_of_its_query_alone(folder: DataFolder) -> None:
    patient = Patient.objects.create()
    first, second = (
        Identity.objects.create(patient=patient, number=number, joins=True, recorded_at=NOON) for number in ("1", "2")
    )
    update = Update(lambda: Identity.objects.filter(number=Slot("its")), ("number", "birth_date", "recorded_at"))
    later = NOON.replace(year=2027)
    assert update.run(its="1", number="3", birth_date=date(1947, 8, 15), recorded_at=later) == 1
    assert update.run(its="1", number="4", birth_date=None, recorded_at=later) == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.number, first.birth_date, first.recorded_at) == ("3", date(1947, 8, 15), later)
    assert (second.number, second.recorded_at) == ("2", NOON)


def test_what_is_left_out_of_a_new_row_has_its_default(folder: DataFolder) -> None:
    key = Insert(DoseObjectRow).key(**object_row("a" * 64), record=b"\x00\xff")
    row = DoseObjectRow.objects.get(pk=key)
    assert (row.state, row.receipts, row.claimed_until, bytes(row.record or b"")) == ("waiting", 1, None, b"\x00\xff")


def test_a_row_that_may_be_there_already_is_made_once(folder: DataFolder) -> None:
    new = Insert(DoseObjectRow, unless="sha256")
    assert new.run(**object_row("b" * 64)) is not None
    assert new.run(**object_row("b" * 64)) is None
    assert DoseObjectRow.objects.count() == 1


def test_many_rows_are_written_together_and_none_is_nothing(folder: DataFolder) -> None:
    new = Insert(Counter)
    new.many([])
    new.many({"name": name, "value": number} for number, name in enumerate(("a", "b", "c")))
    assert list(Counter.objects.order_by("name").values_list("name", "value")) == [("a", 0), ("b", 1), ("c", 2)]


def test_the_query_is_written_once(folder: DataFolder) -> None:
    asked = 0

    def query() -> object:
        nonlocal asked
        asked += 1
        return Site.objects.filter(name=Slot("name")).values_list("pk")

    rows = Rows(query)  # type: ignore[arg-type]
    with CaptureQueriesContext(connection) as captured:
        for name in ("a", "b", "c"):
            rows.all(name=name)
    assert asked == 1
    assert len(captured) == 3
