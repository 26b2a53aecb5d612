"""A unit that is wrong on one scanner is found with the day and the side, and nothing is proposed where no one can tell."""

import random
from collections.abc import Iterator

import pytest

from doseloop.assess.powers_of_ten import Abstention, Facts, Proposal, look

PROTOCOLS = ((0.2, 1.0), (1.5, 1.4), (6.0, 0.7))
"""Typical air kerma (mGy) of an event, and how often."""


def angiography(
    seed: int = 1, exams: int = 60, wrong_from: int = 0, wrong_to: int = 10**6, events: int = 8, **wrong: float
) -> Iterator[Facts]:
    """Exams of one scanner, day after day; `wrong` multiplies a quantity (`dap`, `ka_r`, `area`, `total`) in some of them."""
    chance = random.Random(seed)
    for exam in range(exams):
        times = wrong if wrong_from <= exam < wrong_to else {}
        day, daps = f"2026-{1 + exam // 28:02}-{1 + exam % 28:02}", []
        for event in range(events):
            kerma = chance.choices([k for k, _ in PROTOCOLS], [w for _, w in PROTOCOLS])[0] * chance.lognormvariate(
                0, 0.4
            )
            area = chance.uniform(40, 250)
            daps.append(kerma * area / 1000 * chance.lognormvariate(0, 0.1) * times.get("dap", 1))
            values = {
                "ka_r_mgy": kerma * times.get("ka_r", 1),
                "reference_area_cm2": area * times.get("area", 1),
                "dap_gy_cm2": daps[-1],
            }
            yield Facts(exam, day, event, values)
        total = sum(daps) * times.get("total", 1)
        yield Facts(exam, day, -1, {"dap_gy_cm2": sum(daps), "dap_gy_cm2 total": total})


def one_proposal(found: tuple[tuple[Proposal, ...], tuple[Abstention, ...]]) -> Proposal:
    (proposal,), _ = found
    return proposal


def test_a_scanner_whose_units_are_right_is_left_alone() -> None:
    for seed in range(20):
        assert look(angiography(seed)) == ((), ())


@pytest.mark.parametrize("power", [-3, -2, -1, 1, 2, 3])
@pytest.mark.parametrize("quantity", ["dap", "ka_r"])
def test_a_quantity_that_is_wrong_since_a_day_is_told_from_its_own_past(quantity: str, power: int) -> None:
    found = one_proposal(look(angiography(wrong_from=25, **{quantity: 10.0**power})))
    assert found.quantity == {"dap": "dap_gy_cm2", "ka_r": "ka_r_mgy"}[quantity]
    assert (found.power, found.since, found.until, found.of_total) == (-power, "2026-01-26", "", False)
    assert (found.exams, found.checks) == (35, 280)
    sign = 1 if quantity == "dap" else -1
    assert found.median_ratio == pytest.approx(10.0 ** (sign * power), rel=0.1)
    assert {one.quantity for one in found.witnesses if one.says == "wrong"} == {found.quantity}


def test_a_stretch_that_ended_has_its_last_day() -> None:
    found = one_proposal(look(angiography(wrong_from=10, wrong_to=30, dap=100)))
    assert (found.since, found.until, found.exams) == ("2026-01-11", "2026-02-02", 20)


def test_what_was_wrong_from_the_first_exam_is_told_by_other_scanners() -> None:
    others = {"dap_gy_cm2": [0.11, 0.16, 0.12], "ka_r_mgy": [0.9, 1.4, 1.1]}
    found = one_proposal(look(angiography(dap=100), others))
    assert (found.quantity, found.power, found.since) == ("dap_gy_cm2", -2, "2026-01-01")
    assert {one.name for one in found.witnesses} == {"other scanners"}


def test_without_a_past_and_without_other_scanners_nothing_is_proposed() -> None:
    proposals, (why,) = look(angiography(dap=100))
    assert proposals == ()
    assert (why.decades, why.exams) == (2, 60)
    assert "Nothing says which" in why.why
    assert look(angiography(dap=100), {"dap_gy_cm2": [0.1], "ka_r_mgy": [1.0]})[0] == ()


def test_a_total_that_fits_its_events_does_not_clear_them() -> None:
    """Both in the same wrong unit: the total says nothing of the events."""
    others = {"dap_gy_cm2": [0.11, 0.16], "ka_r_mgy": [0.9, 1.4]}
    assert one_proposal(look(angiography(dap=10), others)).power == -1


def test_a_stated_total_alone_in_a_wrong_unit_is_told_by_its_events_that_fit_the_kerma() -> None:
    found = one_proposal(look(angiography(total=100)))
    assert (found.quantity, found.of_total, found.power, found.exams) == ("dap_gy_cm2", True, -2, 60)


def test_events_that_their_own_total_contradicts_are_wrong() -> None:
    found = one_proposal(look(angiography(dap=100, total=0.01)))
    assert (found.quantity, found.of_total, found.power) == ("dap_gy_cm2", False, -2)


def test_a_wrong_geometry_is_no_wrong_dose() -> None:
    proposals, (why,) = look(angiography(wrong_from=25, area=100))
    assert proposals == ()
    assert "geometry" in why.why


def test_half_of_the_exams_off_is_no_unit_of_the_scanner() -> None:
    mixed = [*angiography(1, dap=100), *(Facts(f.exam + 1000, f.day, f.event, f.values) for f in angiography(2))]
    assert look(mixed) == ((), ())


def test_too_few_exams_are_no_evidence() -> None:
    assert look(angiography(wrong_from=56, dap=100)) == ((), ())


def ct(exams: int = 40, **wrong: float) -> Iterator[Facts]:
    chance = random.Random(3)
    for exam in range(exams):
        times = wrong if exam >= 20 else {}
        length = chance.uniform(120, 500)
        for event in range(2):
            ctdi = chance.choice((8, 12, 45)) * chance.lognormvariate(0, 0.25)
            dlp = ctdi * length / 10 * chance.uniform(1.0, 1.1)
            values = {"ctdi_vol_mgy": ctdi, "scanning_length_mm": length, "dlp_mgy_cm": dlp}
            day = f"2026-{1 + exam // 28:02}-{1 + exam % 28:02}"
            yield Facts(exam, day, event, {name: value * times.get(name, 1) for name, value in values.items()})


@pytest.mark.parametrize(("quantity", "times"), [("dlp_mgy_cm", 10), ("ctdi_vol_mgy", 0.1), ("ctdi_vol_mgy", 1000)])
def test_of_a_ct_the_side_that_left_its_past_is_wrong(quantity: str, times: float) -> None:
    found = one_proposal(look(ct(**{quantity: times})))
    assert (found.quantity, 10.0**found.power) == (quantity, pytest.approx(1 / times))


def test_a_length_in_centimetres_is_named_and_no_dose_is_repaired() -> None:
    proposals, (why,) = look(ct(scanning_length_mm=0.1))
    assert (proposals, why.decades) == ((), 1)
    assert "geometry" in why.why


def test_values_that_cannot_be_are_passed_over() -> None:
    hostile = [
        Facts(1, "2026-01-01", 0, {"dap_gy_cm2": value, "ka_r_mgy": 1.0, "reference_area_cm2": 100.0})
        for value in (0.0, -1.0, float("inf"), float("nan"), 1e300)
    ]
    assert look(hostile) == ((), ())
    assert look([]) == ((), ())
