"""The page of one scanner: what it shows, what people change on it, and that each change can be taken back."""

import re
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.store import decisions, heartbeats, scanner_merging, timeline
from doseloop.store.audit import COMMAND
from doseloop.store.changes import note_change
from doseloop.store.models import AuditRow, Decision, Exam, Flag, Scanner
from doseloop.store.scanner_merging import MERGED
from tests.web.disclosures import text_of
from tests.web.equipment import give_equipment
from tests.web.record import Department

ENTRY = {"on": "2026-03-31", "kind": "repair", "note": "Detector module 7 <b>changed</b>"}


@pytest.fixture
def scanner(department: Department) -> int:
    give_equipment()
    return Scanner.objects.get(name="CT 2 Outpatients").pk


@pytest.fixture
def old(scanner: int) -> int:
    return Scanner.objects.get(name="CT2-OPD").pk


def shown(client: Any, scanner: int) -> str:
    answer = client.get(f"/scanners/{scanner}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_tells_hours_versions_names_and_suggests_what_may_be_one(scanner: int, signed_in: Any) -> None:
    text = shown(signed_in("viewer"), scanner)
    for words in (
        "<strong>Monday to Friday, 07:00 to 18:00</strong>: 94 exams a week",
        "22MW, before it 21MW",
        "Acceptance after the tube change",
        "Station CT2OPD",
        "CT2-OPD</a> may be the same device.",
        f'href="/exams/?scanner={scanner}"',
        f'href="/scanners/{scanner}/reports/"',
    ):
        assert words in text
    assert 'title="Saturday 10:00: none"' in text
    assert "<form method" not in text.partition("<main")[2]


def test_the_page_tells_protocols_that_were_set_otherwise_with_the_dose_before_and_since(
    scanner: int, signed_in: Any
) -> None:
    text = shown(signed_in("viewer"), scanner)
    assert "Protocols set otherwise <small>3 changes</small>" in text
    assert "rotation time 0.5 → 0.8 s; pitch 0.984 → 0.516" in text
    assert "tube voltage 100 → 120 kV (as it was earlier)" in text
    assert "CTDIvol 9.80 mGy" in text
    assert "+40 %, not adjusted for size" in text


def test_changes_of_protocols_are_a_file(scanner: int, signed_in: Any) -> None:
    content = text_of(b"".join(signed_in("physicist").get(f"/scanners/{scanner}/protocol-changes.csv")), "csv")
    assert "08_AbdPel_PV / Abdomen Pelvis PV" in content


def test_a_protocol_that_another_scanner_sets_otherwise_is_shown_to_who_sees_both(scanner: int, signed_in: Any) -> None:
    emergency = Scanner.objects.get(name="CT 1 Emergency").pk
    assert "Set otherwise on another scanner" not in shown(signed_in("viewer"), emergency)
    text = shown(signed_in("m.keane"), emergency)
    assert "Set otherwise on another scanner <small>1 setting</small>" in text
    assert ">Harbour CT</a>" in text


def test_a_scanner_without_history_says_so_and_what_holds_meanwhile(department: Department, signed_in: Any) -> None:
    text = shown(signed_in("viewer"), department.scanner)
    assert "20 exams over 4 weeks are needed. Until then it is called silent after 24 hours without an object." in text


def test_a_name_is_given_and_taken_back(scanner: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert client.post(f"/scanners/{scanner}/name", {"name": "CT Two"}).status_code == 302
    assert "“CT 2 Outpatients” is called “CT Two”." in shown(client, scanner)
    assert "CT Two" in client.get("/scanners/").content.decode()
    batch = Decision.objects.get(kind="scanner name").batch
    client.post(f"/scanners/{scanner}/undo", {"kind": "scanner-name", "batch": batch})
    assert Scanner.objects.get(pk=scanner).name == "CT 2 Outpatients"
    assert AuditRow.objects.filter(action="scanner named").count() == 2


def test_an_entry_is_written_corrected_and_removed(scanner: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    client.post(f"/scanners/{scanner}/timeline", ENTRY)
    assert "Detector module 7 &lt;b&gt;changed&lt;/b&gt;" in shown(client, scanner)
    key = next(one.key for one in timeline.timeline(SYSTEM, scanner) if one.kind == "repair")
    client.post(f"/scanners/{scanner}/timeline/change", {**ENTRY, "entry": key, "on": "2026-04-01"})
    assert "“repair on 31 Mar 2026: Detector" in shown(client, scanner)
    client.post(f"/scanners/{scanner}/timeline/change", {"entry": key, "act": "remove"})
    assert not [one for one in timeline.timeline(SYSTEM, scanner) if one.kind == "repair"]
    content = text_of(b"".join(client.get(f"/scanners/{scanner}/timeline.csv")), "csv")
    assert "tube change" in content
    assert "Detector" not in content


def test_a_merge_is_previewed_made_and_taken_back(scanner: int, old: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    exam = Exam.objects.filter(scanner=scanner)[0]
    Exam.objects.filter(pk=exam.pk).update(scanner=old)
    note_change([exam.pk])
    preview = client.post(f"/scanners/{scanner}/merge/preview", {"other": old}).content.decode()
    assert "CT2-OPD would become another name of CT 2 Outpatients" in preview
    assert "<dd>1, " in preview
    assert not Decision.objects.filter(kind="scanner").exists()
    assert client.post(f"/scanners/{scanner}/merge", {"other": old}).status_code == 302
    listed = client.get(f"/exams/?text={exam.accession_number}").content.decode()
    assert "CT 2 Outpatients" in listed  # before the worker has moved it
    assert "CT2-OPD" not in listed
    text = shown(client, scanner)
    assert "“CT2-OPD” became another name of “CT 2 Outpatients”." in text
    assert "Exams are being moved." in text
    assert client.get(f"/scanners/{old}/")["Location"] == f"/scanners/{scanner}/"
    assert client.get(f"/scanners/{old}/reports/")["Location"] == f"/scanners/{scanner}/reports/"
    assert f"/scanners/{old}/" not in client.get("/scanners/").content.decode()
    batch = Decision.objects.get(kind="scanner").batch
    client.post(f"/scanners/{scanner}/undo", {"kind": "scanner", "batch": batch})
    assert f"/scanners/{old}/" in client.get("/scanners/").content.decode()


def test_an_old_address_of_exams_leads_to_those_of_the_scanner(scanner: int, old: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    scanner_merging.merge(SYSTEM, old, scanner, COMMAND)
    rows = [
        re.findall(r'href="/exams/(\d+)/"', client.get(f"/exams/?scanner={key}").content.decode())
        for key in (scanner, old)
    ]
    assert rows[0] == rows[1] != []


def test_a_silent_scanner_has_a_flag_without_an_exam_that_can_be_judged(scanner: int, signed_in: Any) -> None:
    week = Scanner.objects.get(pk=scanner).usual
    type(week).objects.update(per_hour=[5.0] * 168)
    Scanner.objects.filter(pk=scanner).update(last_object_at="2026-01-05T10:00:00Z")
    heartbeats.keep(week.known_at)
    flag = Flag.objects.get(rule="silent-scanner")
    client = signed_in("physicist")
    for page in ("/", "/flags/", f"/flags/{flag.pk}/", "/flags.csv"):
        answer = client.get(page)
        content = b"".join(answer) if answer.streaming else answer.content
        assert b"Nothing came from CT 2 Outpatients" in content
    assert "Silent scanner: CT 2 Outpatients" in client.get(f"/flags/{flag.pk}/").content.decode()
    client.post(f"/flags/{flag.pk}/set-aside", {"reason": "scanner out of use, or nothing planned", "note": ""})
    flag.refresh_from_db()
    assert flag.state == "set aside"


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("name", {"name": ""}, "1 to 80 characters"),
        ("timeline", {**ENTRY, "on": "tomorrow"}, "no date"),
        ("timeline", {**ENTRY, "kind": "x"}, "from the list"),
        ("merge", {"other": "٣"}, "Choose the scanner"),
        ("merge", {"other": "9" * 30}, "Choose the scanner"),
        ("undo", {"kind": "name", "batch": "x"}, "no such kind"),
    ],
)
def test_what_cannot_be_done_says_why(scanner: int, signed_in: Any, path: str, sent: dict[str, str], said: str) -> None:
    answer = signed_in("physicist").post(f"/scanners/{scanner}/{path}", sent)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_a_scanner_of_another_site_cannot_be_joined_nor_a_change_there_taken_back(
    scanner: int, department: Department, signed_in: Any
) -> None:
    client, other = signed_in("physicist"), department.other_scanner
    for path in ("merge/preview", "merge"):
        assert client.post(f"/scanners/{scanner}/{path}", {"other": other}).status_code == 404
    here = signed_in("m.keane").post(f"/scanners/{scanner}/merge", {"other": other})
    assert here.status_code == 400
    assert "Scanners of two sites are never one" in here.content.decode()
    there = Scanner.objects.create(
        site=department.other_site, key="n", name="N", modality="CT",
        first_object_at="2026-01-01T00:00Z", last_object_at="2026-01-01T00:00Z",
    )  # fmt: skip
    batch = scanner_merging.merge(SYSTEM, there.pk, other, COMMAND)
    assert client.post(f"/scanners/{scanner}/undo", {"kind": "scanner", "batch": batch}).status_code == 404
    assert [one.undone for one in decisions.history(SYSTEM, MERGED)] == [False]
