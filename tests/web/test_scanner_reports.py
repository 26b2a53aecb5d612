"""The report on the reports of a scanner: what it says, and that no patient stands in it."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.store import claims
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow, Scanner
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import reports
from tests.web.disclosures import text_of
from tests.web.record import Department

CANARIES = ("Kanarienvogel", "KAN-4711", "19470815", "1947", "KANACC", "Kanaridoc", "KANCOMMENT", "2.25.998877")


def address(department: Department, end: str = "") -> str:
    return f"/scanners/{department.scanner}/reports/{end}"


def test_the_page_says_what_is_wrong_by_version_and_how_much_an_update_changed(
    department: Department, signed_in: Any
) -> None:
    text = " ".join(signed_in("physicist").get(address(department)).content.decode().split())
    assert "Reports of CT 1 Emergency" in text
    assert "Not in the newest version. It is in &#x27;mGycm&#x27;. PS3.16 TID 10013 requires it" in text
    assert "CTDIw Phantom Type" in text
    assert "PS3.16 TID 10013 row 23" in text
    assert "No patient stands on this page" in text


def test_the_files_hold_the_counts_and_the_scores(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    lines = text_of(b"".join(client.get(address(department, "defects.csv"))), "csv").splitlines()
    assert lines[0].endswith("Reports with it,Reports counted,Since,Example object,Place in it,What to mend")
    (units,) = [line for line in lines if ",113838," in line]
    assert ",VB10A," in units
    assert ",wrong unit," in units
    scores = text_of(b"".join(client.get(address(department, "scores.csv"))), "csv").splitlines()
    assert [line.split(",")[:2] for line in scores[1:]] == [["ct report", "VB20A"], ["ct report", "VB10A"]]


def test_an_example_leads_to_the_content_tree_at_the_item(department: Department, signed_in: Any) -> None:
    found = signed_in("physicist").get(address(department, f"{department.object}/?at=1.4.6.3"))
    assert found["Location"] == f"/exams/{department.exam}/objects/{department.object}/tree?at=1.4.6.3#1.4.6.3"
    assert signed_in("physicist").get(address(department, "999999/")).status_code == 404


def test_the_list_of_scanners_leads_there(department: Department, signed_in: Any) -> None:
    assert f'href="{address(department)}"' in signed_in("viewer").get("/scanners/").content.decode()


def test_a_scanner_without_reports_says_so(department: Department, signed_in: Any) -> None:
    DoseObjectRow.objects.update(record=None)
    assert "No report to look at." in signed_in("physicist").get(address(department)).content.decode()


def take_in_a_report_full_of_names() -> int:
    """A report with a patient, a doctor and a comment of their own; the key of its scanner."""
    made = reports.ct_report([reports.ct_event("2.25.9988771", reports.text(("121106", "Comment"), "KANCOMMENT"))])
    made.PatientName, made.PatientID, made.PatientBirthDate = "Kanarienvogel^Zita", "KAN-4711", "19470815"
    made.AccessionNumber, made.PerformingPhysicianName, made.StudyInstanceUID = "KANACC", "Kanaridoc", "2.25.998877"
    made.SOPInstanceUID, made.OperatorsName, made.DeviceSerialNumber = "2.25.9988772", "Kanaridoc", "S1"
    made.ContentSequence[0].ConceptCodeSequence = []
    folder = settings.FOLDER
    inbox, vault = Inbox(folder.spool, 10**8, 0), Vault(folder.objects, folder.key("objects"))
    defaults = SiteDefaults("St Brigid’s Hospital", "Europe/London")
    pipeline = Pipeline(lambda path: read_object(Path(path).read_bytes()), inbox, vault, defaults)
    inbox.put(io.BytesIO(reports.encode(made)), Origin("ingest"))
    (claim,) = claims.claim("names", 16, timedelta(minutes=1))
    pipeline.settle(claim, pipeline.read(claim))
    return Scanner.objects.get(serial_number="S1").pk


@pytest.mark.parametrize("end", ["", "defects.csv", "defects.xlsx", "scores.csv", "scores.xlsx"])
def test_no_patient_stands_on_the_page_or_in_a_file(end: str, department: Department, signed_in: Any) -> None:
    scanner = take_in_a_report_full_of_names()
    found = signed_in("physicist").get(f"/scanners/{scanner}/reports/{end}")
    text = text_of(b"".join(found), end or "page")
    assert found.status_code == 200
    assert "CT report" in text or "ct report" in text
    assert [canary for canary in CANARIES if canary in text] == []
