"""A new name on a scanner is a flag, and a name of acquisitions alone can be mapped: through the real chain."""

from datetime import datetime, timedelta

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import name_mapping
from doseloop.store.audit import COMMAND
from doseloop.store.models import Flag, Part, ScannerName, Site
from doseloop.store.name_mapping import Wish
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

_FIRST = datetime(2026, 9, 1, 8)


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


def report(number: int, acquisition: str, description: str = "") -> bytes:
    """A CT report of one acquisition; each later number starts an hour later."""
    made = reports.ct_report(1)
    started = _FIRST + timedelta(hours=number)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.6{number}", f"2.25.7{number}", f"N{number}"
    made.StudyDescription, made.ProtocolName, made.RequestedProcedureDescription = description, "", ""
    made.StudyDate, made.StudyTime = started.strftime("%Y%m%d"), started.strftime("%H%M%S")
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
            if inner.ConceptNameCodeSequence[0].CodeValue == "125203":
                inner.TextValue = acquisition
    return reports.encode(made)


def new_names() -> list[str]:
    return list(Flag.objects.filter(rule="new-name", state="open").values_list("sentence", flat=True))


def test_a_name_that_a_known_scanner_had_never_used_is_a_flag_once(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(number, "Thorax Routine") for number in range(50)])
    assert new_names() == []
    take_in(pipeline, [report(50, "Thorax  routine"), report(51, "Qx copied"), report(52, "Qx copied")])
    (said,) = new_names()
    assert said.startswith("“Qx copied” is a new name on ")
    assert said.endswith("and no procedure is known for this exam.")
    assert Flag.objects.get(rule="new-name").exam.study_uid == "2.25.751"  # type: ignore[union-attr]


def test_an_older_exam_that_comes_late_makes_its_name_known_from_its_own_day(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(9, "Abdomen"), report(3, "Abdomen")])
    assert ScannerName.objects.get(written="Abdomen").first_at == (_FIRST + timedelta(hours=3)).isoformat()


def test_a_name_of_acquisitions_alone_is_listed_and_mapped_and_moves_its_exams(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "Zq spiral"), report(2, "zq_spiral"), report(3, "Zq spiral", "CT Chest")])
    found = name_mapping.unmapped(SYSTEM)
    assert [(one.written, one.exams) for one in found] == [("zq_spiral", 2)]
    wish = Wish(Site.objects.get().pk, "CT", found[0].written, "ct-abdomen")
    (move,) = name_mapping.preview(SYSTEM, [wish])
    assert (move.exams, move.by_procedure) == (2, {"": 2})
    name_mapping.map_names(SYSTEM, [wish], COMMAND)
    follower = Follower(pipeline)
    while follower.step():
        pass
    moved = Part.objects.order_by("exam__study_uid").values_list("procedure_id", flat=True)
    assert list(moved) == ["ct-abdomen", "ct-abdomen", "ct-chest"]
    assert name_mapping.unmapped(SYSTEM) == ()
