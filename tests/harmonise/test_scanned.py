"""What main acquisitions say of how far was scanned."""

from dataclasses import replace

from doseloop.harmonise.scanned import scanned
from doseloop.model.ct import CtEvent
from doseloop.model.procedure import Scanned
from doseloop.model.reading import Code, Reading
from tests.harmonise.reports import event, number


def of_length(length_mm: float, contrast: str = "") -> CtEvent:
    context = Reading(Code(contrast, "SCT", ""), "1.4", "") if contrast else None
    return replace(event(1, 10), scanning_length_mm=number(length_mm), procedure_context=context)


def test_the_longest_and_all_together_are_told() -> None:
    found = scanned([of_length(300.0), of_length(480.0)])
    assert found == Scanned(2, longest_mm=480.0, together_mm=780.0)


def test_one_acquisition_without_a_length_leaves_the_sum_unknown() -> None:
    assert scanned([of_length(300.0), event(2, 5)]) == Scanned(2, longest_mm=300.0, together_mm=None)
    assert scanned([event(2, 5)]) == Scanned(1)


def test_a_length_of_zero_is_none() -> None:
    assert scanned([of_length(0.0)]) == Scanned(1)


def test_without_a_main_acquisition_nothing_is_known() -> None:
    assert scanned([]) is None


def test_contrast_is_known_by_its_codes_old_and_new() -> None:
    found = scanned([of_length(300.0, "P5-0808E"), of_length(300.0, "27483000"), of_length(300.0, "other")])
    assert found is not None and found.contrast == {"with", "without"}
