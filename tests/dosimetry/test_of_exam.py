"""Whatever an object says, every method gives a sound number or a sentence: no exam is lost to a value that cannot be."""

import re
from dataclasses import fields
from math import isfinite
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.dosimetry.of_exam import EventOfExam, ExamToEstimate, PartOfExam, estimates
from doseloop.model.calibration import Calibration
from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.diameter import Diameter, MeasuredNoise
from doseloop.model.dose_object import Modality
from doseloop.model.estimate import Estimate, ExamEstimates
from doseloop.model.exam import Event
from doseloop.model.projection import BreastExposure, Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.subject import Subject
from doseloop.model.tracer import Administration

NUMBERS = st.one_of(
    st.sampled_from([0.0, -1.0, 1e-300, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), 32.0, 120.0, 300.0]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0, 1000),
)
MAYBE = st.none() | NUMBERS
CODES = st.sampled_from(
    [
        Code("113805", "DCM", "Constant Angle Acquisition"),
        Code("P5-08001", "SRT", "Spiral Acquisition"),
        Code("51185008", "SCT", "Chest"),
        Code("69536005", "SCT", "Head"),
        Code("113620", "DCM", "Plane A"),
        Code("113622", "DCM", "Single Plane"),
        Code("113611", "DCM", "Stationary Acquisition"),
        Code("C-111A1", "SRT", "^18^Fluorine"),
        Code("", "", ""),
    ]
)
PROCEDURES = st.none() | st.sampled_from(["ct-chest", "ct-head", "xa-coronary-angiography", "dx-chest-pa", "nowhere"])


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float": NUMBERS,
    "Code": CODES,
    "str": st.sampled_from(["", "2024-01-01T10:00:00", "CC", "x"]),
}


def records(kind: type[Any], **given_fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A record with any of its readings, by the annotation of each."""
    told = {}
    for one in fields(kind):
        for name, values in VALUES.items():
            if re.search(rf"^(typing.Optional\[)?[\w.]*Reading\[([\w.]*\.)?{name}\]", str(one.type)):
                told[one.name] = st.none() | st.builds(Reading, values, st.just("1.2"), st.just("as written"))
    assert told
    return st.builds(kind, **{**told, **given_fields})


SOURCES = st.lists(records(CtSource), max_size=2).map(tuple)
FILTERS = st.lists(records(Filter), max_size=2).map(tuple)
PHANTOMS = st.none() | st.sampled_from([16, 32, 0, -1])
CT = records(CtEvent, sources=SOURCES, phantom_cm=PHANTOMS)
PROJECTION = records(
    ProjectionEvent,
    filters=FILTERS,
    laterality=st.sampled_from([None, "L", "R"]),
    breast=st.none() | records(BreastExposure),
)
TRACER = records(Administration)
SUBJECTS = st.builds(Subject, MAYBE, st.sampled_from([None, "M", "F", "O"]), MAYBE, MAYBE)
DIAMETERS = st.none() | st.builds(
    Diameter, NUMBERS, st.sampled_from(["water-equivalent", "effective"]), st.just("images"), st.just(""), MAYBE
)
FACTORS = st.lists(
    st.builds(
        Calibration, st.just("K1"), st.sampled_from(["dap_gy_cm2", "ka_r_mgy"]), st.sampled_from(["single", "A"]),
        st.floats(0.1, 10), st.just("2020-01-01"), st.just(""), st.none() | st.floats(0, 100),
    ),
    max_size=2,
).map(tuple)  # fmt: skip


def exams(modality: Modality, events: st.SearchStrategy[Event]) -> st.SearchStrategy[ExamToEstimate]:
    """An exam of one part with up to three events of a kind."""
    placed = st.builds(
        EventOfExam, events, st.sampled_from(["main", "localiser", "bolus tracking", "fluoroscopy"]), st.just(0),
        st.sampled_from(["", "F-18", "Tc-99m", "I-131"]), st.sampled_from(["", "FDG", "MDP", "x"]),
        st.sampled_from(["", "Mo/Mo", "W/Rh"]), DIAMETERS, st.none() | st.builds(MeasuredNoise, NUMBERS),
    )  # fmt: skip
    parts = st.builds(PartOfExam, st.just(modality), PROCEDURES, st.booleans(), MAYBE, MAYBE).map(lambda one: (one,))
    return st.builds(ExamToEstimate, SUBJECTS, parts, st.lists(placed, min_size=1, max_size=3).map(tuple), FACTORS)


def told(made: ExamEstimates) -> list[Estimate]:
    groups = (*made.events, *made.parts, made.whole)
    return [one for found in groups for one in found if isinstance(one, Estimate)]


@settings(derandomize=True, deadline=None)
@given(
    st.one_of(
        exams("CT", CT),
        exams("RF", PROJECTION),
        exams("DX", PROJECTION),
        exams("MG", PROJECTION),
        exams("PT", TRACER),
        exams("NM", TRACER),
    )
)
def test_any_exam_is_computed_or_told_why_not(exam: ExamToEstimate) -> None:
    made = estimates(exam)
    assert len(made.events) == len(exam.events)
    # `noise` and sizes are of our own measuring, which holds them to what can be.
    doses = [
        one for one in told(made) if one.quantity not in ("noise_hu", "water_equivalent_diameter_mm", "deviation_index")
    ]
    assert all(isfinite(one.value) and one.value >= 0 for one in doses)
