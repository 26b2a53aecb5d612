"""Whoever is no single person, or stands among too few, is left out and counted."""

from dataclasses import replace
from datetime import datetime

from doseloop.assess.operator_sample import LeftOut, NamedExam, sample

ONE = NamedExam(1, datetime(2025, 3, 10, 9), 1, "ct-chest", "adult", 32, 75.0, frozenset({1}), False, 300.0, 8.0)


def exams(of: dict[int, int], one: NamedExam = ONE) -> list[NamedExam]:
    """So many exams of each operator."""
    return [replace(one, operators=frozenset({who})) for who, count in of.items() for _ in range(count)]


def test_three_operators_of_twenty_exams_are_compared() -> None:
    found = sample(exams({1: 20, 2: 20, 3: 25}), is_ct=True)
    assert len(found.exams) == 65 and found.operators == (1, 2, 3) and found.left_out == LeftOut()


def test_an_operator_of_nineteen_exams_is_left_out_and_counted() -> None:
    found = sample(exams({1: 20, 2: 20, 3: 20, 4: 19}), is_ct=True)
    assert found.operators == (1, 2, 3) and found.left_out == LeftOut(few_exams=19, operators=1)


def test_two_operators_are_no_group_whatever_they_did() -> None:
    found = sample(exams({1: 200, 2: 200, 3: 19}), is_ct=True)
    assert found.exams == () and found.left_out == LeftOut(few_exams=19, operators=1, small_group=400)
    assert found.left_out.exams == 419


def test_names_of_several_or_of_nobody_are_left_out_and_counted() -> None:
    shared = [replace(ONE, is_shared=True), replace(ONE, operators=frozenset(), is_shared=True)]
    several = [replace(ONE, operators=frozenset({1, 2}))]
    found = sample([*exams({1: 20, 2: 20, 3: 20}), *shared, *several, replace(ONE, operators=frozenset())], is_ct=True)
    assert len(found.exams) == 60 and found.left_out == LeftOut(nobody=1, shared=3)


def test_what_lacks_a_dose_or_a_phantom_is_left_out_and_counted() -> None:
    without = [replace(ONE, dlp_mgy_cm=None), replace(ONE, ctdi_vol_mgy=0.0), replace(ONE, phantom_cm=None)]
    assert sample([*exams({1: 20, 2: 20, 3: 20}), *without], is_ct=True).left_out == LeftOut(no_dose=3)
    elsewhere = exams({1: 20, 2: 20, 3: 20}, replace(ONE, phantom_cm=None, dap_gy_cm2=2.0))
    assert sample([*elsewhere, ONE], is_ct=False).left_out == LeftOut(no_dose=1)


def test_a_procedure_that_two_do_compares_nobody() -> None:
    heads = exams({1: 40, 2: 40}, replace(ONE, procedure="ct-head"))
    found = sample([*exams({1: 20, 2: 20, 3: 20}), *heads], is_ct=True)
    assert {one.procedure for one in found.exams} == {"ct-chest"} and found.left_out == LeftOut(small_group=80)


def test_who_has_too_few_without_a_small_procedure_goes_too() -> None:
    """The third has 20 exams, but five of them of a procedure that nobody else does: three are left of whom two have enough."""
    own = exams({3: 5}, replace(ONE, procedure="ct-head"))
    found = sample([*exams({1: 20, 2: 20, 3: 15}), *own], is_ct=True)
    assert found.exams == () and found.left_out == LeftOut(small_group=60)


def test_the_same_procedure_on_another_scanner_is_another_group() -> None:
    elsewhere = exams({1: 20, 2: 20}, replace(ONE, scanner=2))
    found = sample([*exams({1: 20, 2: 20, 3: 20}), *elsewhere], is_ct=True)
    assert {one.scanner for one in found.exams} == {1}
