"""What exams scanned stands beside the names that they have, by real objects."""

from collections.abc import Sequence

import pytest
from pydicom import Dataset

from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store.name_mapping import UnmappedName, unmapped
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


def report(number: int, description: str, lengths_mm: Sequence[float], protocol: str = "Plain") -> bytes:
    events = [reports.ct_event(f"2.25.7{number}.{position}") for position in range(len(lengths_mm))]
    for event, length in zip(events, lengths_mm, strict=True):
        _write(event, protocol, length)
    made = reports.ct_report(events)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.8{number}", f"2.25.9{number}", f"N{number}"
    made.StudyDescription, made.ProtocolName = description, ""
    return reports.encode(made)


def _write(event: Dataset, protocol: str, length_mm: float) -> None:
    for item in event.ContentSequence:
        code = item.ConceptNameCodeSequence[0].CodeValue
        if code == "125203":
            item.TextValue = protocol
        for inner in getattr(item, "ContentSequence", []):
            if inner.ConceptNameCodeSequence[0].CodeValue == "113825":
                inner.MeasuredValueSequence[0].NumericValue = str(length_mm)


def listed() -> dict[str, UnmappedName]:
    return {one.written: one for one in unmapped(SYSTEM)}


def test_a_name_has_the_range_and_the_median_of_what_its_exams_scanned(pipeline: Pipeline) -> None:
    lengths = ((440.0,), (480.0, 300.0), (460.0, 460.0))
    take_in(pipeline, [report(number, "Zq routine", one) for number, one in enumerate(lengths)])
    scans = listed()["Zq routine"].scans
    assert scans is not None
    assert (scans.least_mm, scans.most_mm, scans.typical.longest_mm, scans.typical.acquisitions) == (440, 480, 460, 2)
    assert scans.typical.together_mm == 780
    assert scans.regions == ("Chest",)


def test_two_spellings_of_a_name_are_counted_together(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "Zq routine", (300.0,)), report(2, "ZQ_Routine", (500.0,))])
    (one,) = listed().values()
    assert one.exams == 2
    assert one.scans is not None and (one.scans.least_mm, one.scans.most_mm) == (300, 500)


def test_a_name_of_acquisitions_has_what_these_scanned(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "", (320.0,), protocol="Wv spiral")])
    scans = listed()["Wv spiral"].scans
    assert scans is not None and scans.most_mm == 320


def test_a_name_that_its_scan_contradicts_comes_to_the_list(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "CT Chest", (350.0,)), report(2, "Thorax", (1100.0,))])
    assert list(listed()) == ["Thorax"]


def test_names_without_a_length_have_none(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(1, "Zq routine", (0.0,))])
    scans = listed()["Zq routine"].scans
    assert scans is not None and (scans.least_mm, scans.typical.longest_mm) == (None, None)
