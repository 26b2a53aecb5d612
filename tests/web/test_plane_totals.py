"""A biplane exam tells what each tube gave, displayed and corrected; one of a single plane tells its total alone."""

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.model.calibration import Calibration
from doseloop.pipeline import Pipeline
from doseloop.store.exam_events import exam_events
from doseloop.store.models import Exam
from doseloop.web.plane_totals import PlaneShown, planes
from tests.reading import reports
from tests.test_pipeline import pipeline as pipeline
from tests.test_pipeline import take_in

PLANES = {1: ("113620", "Plane A"), 2: ("113621", "Plane B"), 3: ("113620", "Plane A")}


def of_runs(pipeline: Pipeline, named: dict[int, tuple[str, str]], *factors: Calibration) -> tuple[PlaneShown, ...]:
    runs = [reports.run(number) for number in (1, 2, 3)]
    for number, run in enumerate(runs, 1):
        code = run.ContentSequence[0].ConceptCodeSequence[0]
        code.CodeValue, code.CodeMeaning = named.get(number, ("113622", "Single Plane"))
    take_in(pipeline, [reports.encode(reports.projection_report(*runs))])
    return planes(exam_events(SYSTEM, Exam.objects.get().pk), factors)


def test_each_plane_has_the_sum_of_its_exposures(pipeline: Pipeline) -> None:
    first, second = of_runs(pipeline, PLANES)
    assert (first.name, first.exposures, first.dap_gy_cm2) == ("Plane A", 2, pytest.approx(0.06))
    assert (second.name, second.exposures, second.ka_r_mgy) == ("Plane B", 1, pytest.approx(0.5))
    assert first.dap_corrected_gy_cm2 is None


def test_a_factor_corrects_its_own_tube_alone(pipeline: Pipeline) -> None:
    first, second = of_runs(pipeline, PLANES, Calibration("K0001", "dap_gy_cm2", "B", 0.8, "2024-01-01"))
    assert first.dap_corrected_gy_cm2 is None
    assert second.dap_corrected_gy_cm2 == pytest.approx(0.8 * 0.03)
    assert second.ka_r_corrected_mgy is None


def test_of_a_single_plane_nothing_is_told_twice(pipeline: Pipeline) -> None:
    assert of_runs(pipeline, {}) == ()
