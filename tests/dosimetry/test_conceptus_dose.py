"""Conceptus dose: what the papers measured lies in the interval, nothing is told without its inputs, sums are of ends."""

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry import conceptus_dose as dose
from doseloop.dosimetry import conceptus_dose_ct as ct
from doseloop.dosimetry import conceptus_dose_projection as projection
from doseloop.dosimetry import conceptus_typical_range as typical
from doseloop.model.conceptus import PLACEMENTS, Placement, UterusInEvent
from doseloop.model.ct import CtEvent
from doseloop.model.diameter import Diameter
from doseloop.model.estimate import Estimate, Estimated, NotEstimated
from doseloop.model.image import ImageHeader
from doseloop.model.mr import MrSeries
from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.tracer import Administration
from doseloop.reference.conceptus_marks import conceptus_marks
from doseloop.reference.procedures import catalogue

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
STANDARD_CM = 35.66
"""Diameter at which the factor of size is 1."""


def of(value: float) -> Reading[float]:
    return Reading(value, "", "")


def scan(ctdi: float | None = 10.0, phantom: int | None = 32) -> CtEvent:
    return CtEvent(ctdi_vol_mgy=None if ctdi is None else of(ctdi), phantom_cm=phantom)


def at(placement: Placement | None, cm: float | None = 30.0, **told: Any) -> UterusInEvent:
    return UterusInEvent(placement, diameter=None if cm is None else Diameter(cm * 10, "effective", "site"), **told)


def told(found: Estimated) -> Estimate:
    assert isinstance(found, Estimate), found
    return found


def ends(found: Estimated) -> tuple[float, float]:
    one = told(found)
    assert one.low is not None
    assert one.high is not None
    return one.low, one.high


def reason(found: Estimated) -> str:
    assert isinstance(found, NotEstimated), found
    return found.reason


@pytest.mark.parametrize(
    ("ctdi", "placement", "measured"),
    [
        (4.9 / 0.97, "in field", (4.4, 4.9)),
        (2.4 / 0.79, "in field", (2.1, 2.4)),
        (0.09 / 0.05, "outside", (0.02, 0.09)),
    ],
)
def test_what_was_measured_in_the_phantom_lies_in_the_interval(
    ctdi: float, placement: Placement, measured: tuple[float, float]
) -> None:
    """Radiat Prot Dosimetry 2015;165:226, abstract: doses and shares of CTDIvol of three protocols."""
    low, high = ends(ct.estimate(scan(ctdi), at(placement, STANDARD_CM)))
    assert low <= measured[0]
    assert measured[1] <= high * 1.001


def test_a_slim_patient_gets_more_than_ctdi_vol_and_a_wide_one_less_than_the_lowest_share() -> None:
    assert ends(ct.estimate(scan(), at("in field", 22)))[1] == pytest.approx(10 * ct.size_factor(22.0))  # type: ignore[operator]
    assert ends(ct.estimate(scan(), at("in field", 44)))[0] < 5.7


@pytest.mark.parametrize(
    ("event", "uterus", "says"),
    [
        (scan(None), at("in field"), "CTDIvol is not recorded"),
        (scan(nan), at("in field"), "CTDIvol is not recorded"),
        (scan(inf), at("in field"), "CTDIvol is not recorded"),
        (scan(-1.0), at("in field"), "CTDIvol is not recorded"),
        (scan(phantom=16), at("outside"), "16 cm phantom"),
        (scan(phantom=None), at("outside"), "phantom of CTDIvol is not known"),
        (scan(), at(None), "not said whether the uterus"),
        (scan(), at("in field", None), "diameter of the patient is not known"),
        (scan(), at("at edge", None), "diameter of the patient is not known"),
        (scan(), at("in field", 7.9), "not between 8 and 45"),
        (scan(), at("outside", 45.1), "not between 8 and 45"),
        (scan(), at("in field", nan), "not between 8 and 45"),
    ],
)
def test_a_scan_without_what_it_needs_says_what_is_missing(event: CtEvent, uterus: UterusInEvent, says: str) -> None:
    assert says in reason(ct.estimate(event, uterus))


def test_outside_of_the_field_an_unknown_size_is_an_assumption() -> None:
    found = told(ct.estimate(scan(), at("outside", None)))
    assert ends(found) == pytest.approx((0.1, 0.5))
    assert any("size of the patient is not known" in one for one in found.assumptions)


def test_no_estimate_is_verified_or_stands_in_lists() -> None:
    found = (
        ct.estimate(scan(), at("in field")),
        projection.estimate(ProjectionEvent(), UterusInEvent("in field", "AP", entrance_kerma_mgy=1.0)),
        typical.estimate("ct-head"),
    )
    assert [(told(one).verified, told(one).is_default) for one in found] == [(False, False)] * 3
    assert all(told(one).value == told(one).high for one in found)


@given(st.floats(0, 200), st.floats(0, 200), st.floats(8, 45), st.sampled_from(PLACEMENTS))
def test_a_scan_is_linear_in_ctdi_vol_and_its_ends_are_in_order(
    a: float, b: float, cm: float, where: Placement
) -> None:
    factor = ct.size_factor(cm)
    one, other, both = (ct.bounds_mgy(value, where, factor) for value in (a, b, a + b))
    assert both[0] == pytest.approx(one[0] + other[0])
    assert both[1] == pytest.approx(one[1] + other[1])
    assert 0 <= both[0] <= both[1]


@given(st.floats(8, 45), st.floats(8, 45), st.sampled_from(PLACEMENTS))
def test_a_slimmer_patient_never_gets_less(a: float, b: float, where: Placement) -> None:
    slim, wide = (ct.bounds_mgy(1.0, where, ct.size_factor(cm)) for cm in sorted((a, b)))
    assert slim[0] >= wide[0]
    assert slim[1] >= wide[1]


@given(st.floats(8, 45))
def test_at_the_edge_the_interval_holds_all_of_both_others(cm: float) -> None:
    edge, inside, outside = (ct.bounds_mgy(1.0, one, ct.size_factor(cm)) for one in ("at edge", "in field", "outside"))
    assert edge[0] <= min(inside[0], outside[0])
    assert edge[1] >= max(inside[1], outside[1])


def radiograph(**given_: Any) -> ProjectionEvent:
    return ProjectionEvent(**given_)


def test_a_radiograph_takes_the_share_of_its_view() -> None:
    """FDA 89-8031 as quoted: the uterus gets 34.5 % of the entrance exposure in AP and 17.3 % in PA."""
    for view, share in (("AP", 0.345), ("PA", 0.173)):
        low, high = ends(projection.estimate(radiograph(), UterusInEvent("in field", view, entrance_kerma_mgy=2.0)))  # type: ignore[arg-type]
        assert low == pytest.approx(2 * share)
        assert high == pytest.approx(2 * share * 1.141, rel=1e-3)


def test_the_kerma_of_the_physicist_counts_before_that_of_the_object() -> None:
    event = radiograph(entrance_exposure_mgy=of(3.0), ka_r_mgy=of(4.0))
    mine = projection.entrance_kerma(event, UterusInEvent(entrance_kerma_mgy=1.0))
    objects = projection.entrance_kerma(event, UterusInEvent())
    assert mine is not None
    assert objects is not None
    assert (mine.value, mine.source, objects.value, objects.source) == (1.0, "site", 3.0, "object")


def test_the_reference_point_in_place_of_the_entrance_is_an_assumption() -> None:
    found = told(projection.estimate(radiograph(ka_r_mgy=of(4.0)), UterusInEvent("in field", "AP")))
    assert any("reference point" in one for one in found.assumptions)


COPPER = Filter(material=Reading(Code("C-127F9", "SRT", "Copper or Copper compound"), "", ""))


@pytest.mark.parametrize(
    ("event", "uterus", "says"),
    [
        (radiograph(ka_r_mgy=of(1.0)), UterusInEvent(None, "AP"), "not said whether"),
        (radiograph(ka_r_mgy=of(1.0)), UterusInEvent("outside", "AP"), "no method for a uterus"),
        (radiograph(ka_r_mgy=of(1.0)), UterusInEvent("at edge", "AP"), "no method for a uterus"),
        (radiograph(ka_r_mgy=of(1.0)), UterusInEvent("in field"), "view is not known"),
        (radiograph(), UterusInEvent("in field", "AP"), "kerma at the entrance is not recorded"),
        (radiograph(ka_r_mgy=of(nan)), UterusInEvent("in field", "AP"), "kerma at the entrance is not recorded"),
        (radiograph(ka_r_mgy=of(-1.0)), UterusInEvent("in field", "AP"), "kerma at the entrance is not recorded"),
        (
            radiograph(ka_r_mgy=of(1.0), half_value_layer_mm=of(5.0)),
            UterusInEvent("in field", "AP"),
            "half-value layer",
        ),
        (radiograph(ka_r_mgy=of(1.0), filters=(COPPER,)), UterusInEvent("in field", "AP"), "copper"),
    ],
)
def test_a_radiograph_without_what_it_needs_says_what_is_missing(
    event: ProjectionEvent, uterus: UterusInEvent, says: str
) -> None:
    assert says in reason(projection.estimate(event, uterus))


def test_every_typical_range_is_of_a_known_procedure_and_in_order() -> None:
    for key in typical.procedures():
        assert key in catalogue().procedures
        low, high = ends(typical.estimate(key))
        assert 0 <= low <= high


@pytest.mark.parametrize(
    ("procedure", "seen"), [("ct-head", 0.005), ("ct-chest", 0.06), ("ct-abdomen", 8.0), ("ct-pelvis", 25.0)]
)
def test_the_means_that_two_summaries_give_lie_in_the_ranges(procedure: str, seen: float) -> None:
    """first10em.com/radiation-doses and drlef.fr/outils/dose, both in mGy."""
    low, high = ends(typical.estimate(procedure))
    assert low <= seen <= high


@pytest.mark.parametrize("procedure", [None, "pet-brain", "no such"])
def test_a_procedure_without_a_range_says_so(procedure: str | None) -> None:
    assert "No typical range" in reason(typical.estimate(procedure))


def test_each_kind_of_event_is_answered() -> None:
    uterus = at("outside")
    assert told(dose.estimate(scan(), uterus)).method == ct.METHOD.id
    assert "no dose" in reason(dose.estimate(MrSeries(ImageHeader("2.25.1")), uterus))
    assert "administered activity" in reason(dose.estimate(Administration(), uterus))
    assert "no method" in reason(dose.estimate(radiograph(), uterus))


def test_a_sum_adds_the_ends_and_one_part_without_estimate_leaves_it_untold() -> None:
    parts = [ct.estimate(scan(value), at("in field", STANDARD_CM)) for value in (10.0, 2.0)]
    assert ends(dose.total(parts)) == pytest.approx((0.57 * 12, 12), rel=1e-3)
    assert reason(dose.total([*parts, ct.estimate(scan(None), at("in field"))])) == "1 of 3 exposures have no estimate."
    assert reason(dose.total([])) == "No exposure counts."


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_a_sum_does_not_depend_on_the_order(values: list[float]) -> None:
    def parts(given_: list[float]) -> list[Estimated]:
        return [ct.estimate(scan(value), at("in field")) for value in given_]

    assert ends(dose.total(parts(values))) == pytest.approx(ends(dose.total(parts(values[::-1]))))


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [(0.0, 10.0, "below"), (9.0, 10.1, "across"), (10.0, 11.0, "across"), (10.1, 11.0, "above")],
)
def test_an_interval_stands_below_across_or_above_a_mark(low: float, high: float, side: str) -> None:
    assert dose.side_of(low, high, 10.0) == side
    assert dose.sides(low, high)[10.0] == side


def test_the_marks_follow_their_schema_and_each_names_who_says_it() -> None:
    raw = yaml.safe_load((DATA / "conceptus_marks.yaml").read_text("utf-8"))
    jsonschema.validate(raw, json.loads((DATA / "conceptus_marks.schema.json").read_text("utf-8")))
    assert [one.dose_mgy for one in conceptus_marks()] == [1, 10, 50, 100]
    assert all(one.who and one.says for one in conceptus_marks())
