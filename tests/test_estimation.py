"""What is computed when an exam arrives is what its rows give again."""

from pathlib import Path

from doseloop.dosimetry.methods import edition
from doseloop.pipeline import Pipeline
from doseloop.simulate.day import objects
from doseloop.store import estimate_rows
from doseloop.store.held_exam import is_held, made_of
from doseloop.store.models import Event, Exam
from tests.shared import shared
from tests.test_pipeline import pipeline as pipeline
from tests.test_pipeline import take_in


def differing() -> list[int]:
    held = estimate_rows.held(list(Exam.objects.values_list("pk", flat=True)))
    return [one.key for one, made in zip(held, made_of(held), strict=True) if not is_held(one, made)]


def test_rows_of_a_virtual_hospital_give_again_what_was_computed(pipeline: Pipeline) -> None:
    take_in(pipeline, objects(30, seed=11))
    assert differing() == []
    assert set(Exam.objects.values_list("methods_edition", flat=True)) == {edition()}
    assert Event.objects.filter(effective_dose_estimate_msv__gt=0).exists()


def test_rows_of_real_objects_give_again_what_was_computed(pipeline: Pipeline) -> None:
    folder = shared("corpus/open")
    take_in(pipeline, [file.read_bytes() for file in sorted(Path(folder).glob("*.dcm"))])
    assert Exam.objects.count() > 20
    assert differing() == []
