"""The EANM card of 2016: the activities of the guideline come out, and what was left out stays left out."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from doseloop.dosimetry.paediatric_activity import estimate, recommended_activity_mbq
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.subject import Subject
from doseloop.reference.coefficients import coefficient_set
from doseloop.reference.tracers import tracers
from tests.dosimetry.tracers import given


def child(weight_kg: float | None, age_years: float | None = 8.0) -> Subject:
    return Subject(age_years=age_years, weight_kg=weight_kg)


def value(nuclide: str, product: str, weight_kg: float, use: str = "") -> Estimate:
    found = estimate(given(), nuclide, product, child(weight_kg), use)
    assert isinstance(found, Estimate), found
    return found


def reason(nuclide: str, product: str, subject: Subject, use: str = "") -> str:
    found = estimate(given(), nuclide, product, subject, use)
    assert isinstance(found, NotEstimated), found
    return found.reason


@pytest.mark.parametrize(
    ("weight", "published"), [(3.5, 40), (10.0, 95), (20.0, 170), (30.0, 240), (40.0, 310), (50.0, 375)]
)
def test_a_bone_scan_has_the_activity_of_the_eanm_guideline(weight: float, published: int) -> None:
    found = value("Tc-99m", "HDP", weight)
    assert 5 * round(found.value / 5) == published
    assert (found.verified, found.is_default) == (True, True)


def test_the_least_activity_holds_for_the_lightest() -> None:
    assert value("F-18", "FDG", 3.0, "f18-fdg-torso").value == 26.0


def test_a_card_of_a_newer_baseline_is_as_in_its_abstract() -> None:
    # PubMed 34910233: class B, baseline 10.7 MBq: 11 MBq at 3 kg and 149 MBq at 68 kg, the baseline being rounded itself.
    multiples = coefficient_set("eanm-card-2016-multiples").rows
    assert round(recommended_activity_mbq(10.7, multiples["B", 3], 10.0)) == 11
    assert recommended_activity_mbq(10.7, multiples["B", 68], 10.0) == pytest.approx(149, rel=0.01)


def test_several_uses_need_one_that_is_told() -> None:
    assert "which one it was" in reason("F-18", "FDG", child(20.0))
    assert "no use" in reason("F-18", "FDG", child(20.0), "tc99m-maa")


@pytest.mark.parametrize("weight", [51.5, 52.0, 54.0, 55.0])
def test_the_rows_in_which_both_texts_differ_are_left_out(weight: float) -> None:
    assert "was not confirmed" in reason("Tc-99m", "MAG3", child(weight, 15.0))


@pytest.mark.parametrize("weight", [2.9, 68.1, 500.0])
def test_outside_of_the_card_there_is_none(weight: float) -> None:
    assert "from 3 to 68 kg" in reason("Tc-99m", "MAG3", child(weight))


def test_dmsa_is_left_out() -> None:
    assert "no row for Tc-99m DMSA" in reason("Tc-99m", "DMSA", child(20.0))


@pytest.mark.parametrize(
    ("subject", "word"),
    [
        (child(60.0, 30.0), "for children"),
        (child(20.0, None), "age"),
        (child(None), "weight"),
        (child(float("nan")), "weight"),
    ],
)
def test_what_is_missing_is_said(subject: Subject, word: str) -> None:
    assert word in reason("Tc-99m", "MAG3", subject)


def test_a_baseline_of_one_text_is_never_the_default() -> None:
    found = value("F-18", "NaF", 20.0)
    assert (found.verified, found.is_default) == (False, False)


def test_every_use_of_the_tracers_stands_in_the_card() -> None:
    sets = ("eanm-card-2016-baselines", "eanm-card-2016-baselines-one-text")
    uses = {use for one in sets for use, _, _ in coefficient_set(one).rows}
    assert {use for one in tracers() for use in one.card} <= uses


@pytest.mark.parametrize("class_", ["A", "B", "C"])
def test_multiples_rise_with_the_weight(class_: str) -> None:
    rows = sorted(
        (row[1], value) for row, value in coefficient_set("eanm-card-2016-multiples").rows.items() if row[0] == class_
    )
    values = [value for _, value in rows]
    assert values == sorted(values)
    assert values[0] == 1.0


@drawn(st.floats(3.0, 50.0), st.floats(3.0, 50.0))
def test_a_heavier_child_never_has_less(one: float, other: float) -> None:
    lighter, heavier = sorted((one, other))
    assert value("Tc-99m", "MAA", lighter).value <= value("Tc-99m", "MAA", heavier).value


@pytest.mark.parametrize("values", [(0.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, float("nan"))])
def test_what_cannot_be_is_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        recommended_activity_mbq(*values)
