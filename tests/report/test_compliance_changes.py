"""What differs between two reports, value by value."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from doseloop.report.compliance_changes import changes
from tests.report.compliance import figure, report, some


def told(old: object, new: object) -> list[tuple[str, object, object]]:
    return [(one.field, one.old, one.new) for one in changes(old, new)]  # type: ignore[arg-type]


def test_nothing_differs_from_itself_in_any_order_and_data_state() -> None:
    backwards = replace(some(), figures=tuple(reversed(some().figures)), data_state=99)
    assert changes(some(), backwards) == ()


def test_each_value_that_differs_is_told_with_old_and_new() -> None:
    old, new = figure(), figure(median=280.0, state="within", n=36)
    assert told(report(old), report(new)) == [("state", "above", "within"), ("median", 401.26, 280.0), ("n", 34, 36)]


def test_a_figure_of_one_report_alone_differs_in_its_state() -> None:
    assert told(report(figure()), report()) == [("state", "above", None)]
    assert told(report(), report(figure())) == [("state", None, "above")]


@given(st.lists(st.sampled_from(range(6)), unique=True), st.lists(st.sampled_from(range(6)), unique=True))
def test_what_changed_back_is_what_changed_the_other_way(first: list[int], second: list[int]) -> None:
    every = some().figures
    old, new = report(*(every[n] for n in first)), report(*(every[n] for n in second))
    back = {(one.figure.level_id, one.field, one.new, one.old) for one in changes(new, old)}
    assert {(one.figure.level_id, one.field, one.old, one.new) for one in changes(old, new)} == back
