"""What the record holds means the same on each database: order, characters, numbers, times, length."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import connection

from doseloop.access.scope import SYSTEM
from doseloop.harmonise import identifiers
from doseloop.model.dose_object import Equipment, People, ReadResult
from doseloop.model.errors import NotVisible
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store import flags, peers, procedure_list, scanners
from doseloop.store.audit import COMMAND, record_change
from doseloop.store.models import AuditRow, DoseObjectRow, Exam, Procedure, ReferenceLevel, Site
from doseloop.store.scanners import SiteDefaults
from tests.reading.reports import ct_report, encode
from tests.record import ON_POSTGRESQL
from tests.store.taken_in import pipeline_over, take_in

pytestmark = pytest.mark.usefixtures("folder")
NAMES = ["a", "B", "Ä", "ä", "Z", "ct 10", "CT 2", "CT-1", "", "_x", "0", "é", "10.1", "CT\u00a02", "ﬀ", "𝔸"]
DEFAULTS = SiteDefaults("Main", "UTC")


def test_names_are_ordered_by_code_point() -> None:
    Site.objects.bulk_create(Site(name=name) for name in NAMES)
    assert list(Site.objects.order_by("name").values_list("name", flat=True)) == sorted(NAMES)
    assert list(Site.objects.filter(name__gte="B", name__lt="a").values_list("name", flat=True).order_by("name")) == [
        name for name in sorted(NAMES) if "B" <= name < "a"
    ]


@pytest.mark.parametrize(("institution", "site"), [("st brigid's", "St Brigid's"), ("KLINIK SÜD", "Main")])
def test_an_institution_names_its_site_in_any_case_of_plain_letters(institution: str, site: str) -> None:
    Site.objects.create(name="St Brigid's")
    Site.objects.create(name="Klinik Süd")
    equipment = Equipment("Maker", "Model", "CT1", "1", "", institution)
    assert scanners.scanner_of(equipment, "CT", DEFAULTS).site_name == site


def test_a_text_of_a_hundred_thousand_characters_is_kept_whole() -> None:
    long = "ü" * 100_000
    site = Site.objects.create(name="Main", units={"long": long})
    record_change(COMMAND, "tested", long, site=site.pk, after={"long": long})
    row = AuditRow.objects.get()
    assert row.subject == row.after["long"] == Site.objects.get().units["long"] == long


def test_times_are_kept_to_the_microsecond_and_come_back_as_utc() -> None:
    moment = datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    DoseObjectRow.objects.create(sha256="a", size=1, way_in="test", received_at=moment, last_received_at=moment)
    held = DoseObjectRow.objects.get().received_at
    assert (held, held.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("key", [2**31, 2**63, 10**40, -1])
def test_a_key_that_no_row_can_have_is_not_found(key: int) -> None:
    with pytest.raises(NotVisible):
        flags.flag(SYSTEM, key)
    assert not Exam.objects.filter(pk=key).exists()


def test_a_peer_whose_name_holds_nul_is_counted_once() -> None:
    for _ in range(2):
        peers.note_refusals({("CT\0 7", "10.1.2.3", "unknown\0peer"): 1})
    (refusal,) = peers.refusals(SYSTEM, timedelta(hours=1))
    assert refusal.count == 2
    assert ("\0" in refusal.ae) != ON_POSTGRESQL


def test_json_with_nul_is_kept() -> None:
    record_change(COMMAND, "tested", "site 1", before={"a\0b": ["x\0", {"y": "\0"}]}, after={"n": 1.5, "none": None})
    row = AuditRow.objects.get()
    assert len(row.before) == 1
    assert row.after == {"n": 1.5, "none": None}
    assert procedure_list.procedure("no\0such") is None


def test_an_order_of_procedures_is_that_of_their_names() -> None:
    ReferenceLevel.objects.all().delete()
    Procedure.objects.all().delete()
    Procedure.objects.bulk_create(Procedure(key=f"k{n}", name=name, modality="CT") for n, name in enumerate(NAMES))
    assert list(procedure_list.names().values()) == sorted(NAMES)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite compares by bytes as it is")
def test_every_column_of_text_is_compared_by_code_point() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
        )
        found = cursor.fetchall()
    assert len(found) > 50
    assert [one for one in found if one[2] != "C"] == []


def test_a_report_with_nul_in_its_texts_is_read(folder: DataFolder) -> None:
    content = encode(ct_report())
    word = next(word for word in (b"Abdomen", b"Chest", b"Head", b"Spiral") if word in content)
    take_in(pipeline_over(folder), [content.replace(word, word[:2] + b"\0" + word[3:])])
    assert {row.state for row in DoseObjectRow.objects.all()} == {"read"}


@pytest.mark.parametrize("longest", [identifiers.LONGEST, identifiers.LONGEST + 1])
def test_an_identifier_is_taken_up_to_its_longest_and_told_beyond(folder: DataFolder, longest: int) -> None:
    number = random.Random(1).choices([chr(code) for code in range(0x1F300, 0x1F5FF)], k=longest)
    pipeline = pipeline_over(folder)

    def read(path: Path) -> ReadResult:
        result = pipeline.reader(path)
        assert isinstance(result, ReadResult)
        names = ("".join(number) * 3)[: identifiers.LONGEST_NAME]
        who = replace(result.identity, name=names, number="".join(number), issuer="".join(number[:200]))
        people = People((names,), (names,))
        return ReadResult(who, replace(result.dose, people=people))

    take_in(replace(pipeline, reader=read), objects(1, 5))

    row = DoseObjectRow.objects.get()
    assert row.state == ("read" if longest == identifiers.LONGEST else "quarantined")
    assert (row.reason_code, "201 characters" in row.reason) in {("", False), ("malformed", True)}
