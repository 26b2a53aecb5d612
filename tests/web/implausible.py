"""A scanner whose dose-area products are a hundred times too high since an update, and exams of phantoms: for pages."""

import io
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

from django.db import connections
from pydicom import dcmread

from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import claims, repair_proposals
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import Exam, Scanner
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import reports
from tests.store.wrong_units import angiography
from tests.web.exams_of_kinds import SITE

STATION = "ANGIO2"


def take_in(folder: DataFolder) -> None:
    """Thirty angiographies, eighteen of them wrong, and two phantoms; then the scanner is looked at."""
    pipeline = pipeline_over(folder)
    contents = [angiography(number, 100.0 if number >= 12 else 1.0, STATION) for number in range(30)]
    for content in (*map(_of_patient, contents), _phantom(1, "Konstanzprüfung"), _phantom(2, "Daily QA")):
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    while taken := claims.claim("pages", 16, timedelta(minutes=1)):
        for claim in taken:
            pipeline.settle(claim, pipeline.read(claim))
    scanner = Scanner.objects.get(station_name=STATION)
    Exam.objects.filter(scanner=scanner).update(settled=True)
    repair_proposals.look_at(scanner.pk)


def pipeline_over(folder: DataFolder) -> Pipeline:
    """The chain over a folder of pages."""
    vault = Vault(folder.objects, folder.key("objects"))
    defaults = SiteDefaults(SITE, "Europe/London")
    return Pipeline(lambda path: read_object(Path(path).read_bytes()), Inbox(folder.spool, 10**8, 0), vault, defaults)


def follow_for_ever(folder: DataFolder) -> None:
    """Make exams anew that decisions move, beside the server, as the worker does."""

    def run() -> None:
        follower = Follower(pipeline_over(folder))
        while True:
            try:
                follower.step()
            except Exception:  # As in the worker, a step that fails has its turn again.
                traceback.print_exc()
            connections.close_all()
            time.sleep(0.2)

    threading.Thread(target=run, daemon=True).start()


def _of_patient(content: bytes) -> bytes:
    made = dcmread(io.BytesIO(content))
    made.PatientName, made.PatientAge, made.PatientSex, made.StudyDescription = "Novak^Hana", "066Y", "F", "Coronary"
    made.DeviceSerialNumber = f"{STATION}-7"
    return reports.encode(made)


def _phantom(number: int, description: str) -> bytes:
    made = reports.ct_report(1)
    made.StudyInstanceUID, made.SOPInstanceUID, made.PatientID = f"2.25.881{number}", f"2.25.882{number}", f"QA{number}"
    made.StudyDescription, made.PatientName, made.StationName = description, "QA^Monthly", "CT1EMER"
    made.StudyDate, made.DeviceSerialNumber = "20260302", "CT1EMER-7"
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.881{number}"
    return reports.encode(made)
