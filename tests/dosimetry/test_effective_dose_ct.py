"""Effective dose of an acquisition: one value per set, one default at most, and a reason wherever there is none."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.effective_dose_ct import DEFAULT_SET, SETS, by_set, effective_dose_msv, estimate
from doseloop.model.ct import CtEvent
from doseloop.model.estimate import Estimate, Estimated, NotEstimated
from doseloop.model.subject import Subject
from tests.dosimetry.ct_events import acquisition

ADULT = Subject(age_years=55.0)
CHILD = Subject(age_years=5.0)


def default_of(event: CtEvent, subject: Subject = ADULT, procedure: str | None = None) -> Estimated:
    return estimate(event, subject, procedure)[0]


def reason(event: CtEvent, subject: Subject = ADULT, procedure: str | None = None) -> str:
    found = default_of(event, subject, procedure)
    assert isinstance(found, NotEstimated), found
    return found.reason


def by_coefficients(found: tuple[Estimated, ...]) -> dict[str, Estimate]:
    return {one.coefficients: one for one in found if isinstance(one, Estimate)}


def test_the_chest_of_an_adult_has_a_value_by_every_set() -> None:
    found = by_coefficients(estimate(acquisition("Chest", dlp=400.0), ADULT, None))
    assert {name: round(one.value, 2) for name, one in found.items()} == {
        "ct-k-nci2012-icrp103": 8.4,
        "ct-k-icrp103-adult": 5.8,
        "ct-k-nci2012-icrp60": 7.44,
        "ct-k-aapm96": 5.6,
    }
    assert [one.coefficients for one in found.values() if one.is_default] == [DEFAULT_SET]


def test_an_estimate_names_all_that_it_was_made_from() -> None:
    found = default_of(acquisition("Chest", dlp=400.0, kvps=(110.0,)))
    assert isinstance(found, Estimate)
    assert {one.name: (one.value, one.source) for one in found.inputs} == {
        "dlp_mgy_cm": (400.0, "object"),
        "phantom_cm": (32, "object"),
        "region": ("chest", "object"),
        "age_years": (55.0, "exam"),
        "kvp": (110.0, "object"),
        "k_msv_mgy_cm": (pytest.approx(0.02065), "method"),
    }
    assert found.low == pytest.approx(0.6 * found.value)
    assert found.high == pytest.approx(1.4 * found.value)
    assert any("adult" in sentence for sentence in found.assumptions)
    assert any("interpolated" in sentence for sentence in found.assumptions)


def test_tissue_weights_tell_the_method() -> None:
    found = by_coefficients(estimate(acquisition(), ADULT, None))
    assert {name: one.method[-8:] for name, one in found.items()} == {
        "ct-k-nci2012-icrp103": "icrp-103", "ct-k-icrp103-adult": "icrp-103",
        "ct-k-nci2012-icrp60": "-icrp-60", "ct-k-aapm96": "-icrp-60",
    }  # fmt: skip


@pytest.mark.parametrize("set_id", SETS)
@given(dlp=st.floats(0, 1e5), times=st.floats(0, 100))
def test_it_goes_with_the_dose_length_product(set_id: str, dlp: float, times: float) -> None:
    once, more = (by_set(acquisition(dlp=value), ADULT, None)[set_id] for value in (dlp, times * dlp))
    assert isinstance(once, Estimate)
    assert isinstance(more, Estimate)
    assert more.value == pytest.approx(times * once.value)


@given(
    st.sampled_from([None, "Head", "Neck", "Chest", "Abdomen", "Abdomen and Pelvis", "Entire body"]),
    st.sampled_from([None, "ct-head", "ct-chest-abdomen-pelvis", "ct-cardiac", "ct-upper-limb"]),
    st.sampled_from([None, 16, 32]),
    st.one_of(st.none(), st.floats()),
    st.one_of(st.none(), st.floats()),
    st.one_of(st.none(), st.floats()),
)
def test_it_never_raises_and_never_has_two_defaults_or_a_default_that_is_not_verified(
    region: str | None,
    procedure: str | None,
    phantom: int | None,
    dlp: float | None,
    kvp: float | None,
    age: float | None,
) -> None:
    found = estimate(acquisition(region, dlp=dlp, phantom_cm=phantom, kvps=(kvp,)), Subject(age_years=age), procedure)
    defaults = [one for one in found if isinstance(one, Estimate) and one.is_default]
    assert len(defaults) <= 1
    assert all(one.verified and one.coefficients == DEFAULT_SET for one in defaults)
    assert all(isinstance(one, Estimate) for one in found[1:])


@pytest.mark.parametrize(("region", "phantom_cm"), [("Head", 32), ("Chest", 16)])
def test_the_other_phantom_is_never_converted(region: str, phantom_cm: int) -> None:
    found = estimate(acquisition(region, phantom_cm=phantom_cm), ADULT, None)
    assert isinstance(found[0], NotEstimated)
    assert "phantom" in found[0].reason
    assert len(found) == 1


def test_the_trunk_of_a_child_has_no_default_and_none_by_the_large_phantom() -> None:
    found = by_coefficients(estimate(acquisition("Chest", phantom_cm=16), CHILD, None))
    assert set(found) == {"ct-k-nci2012-icrp103", "ct-k-nci2012-icrp60", "ct-k-aapm96"}
    assert not any(one.verified or one.is_default for one in found.values())
    assert all(any("16 cm" in sentence for sentence in one.assumptions) for one in found.values())
    assert by_coefficients(estimate(acquisition("Chest", phantom_cm=32), CHILD, None)) == {}


def test_the_head_of_a_child_has_a_default() -> None:
    found = default_of(acquisition("Head", phantom_cm=16, dlp=500.0), CHILD)
    assert isinstance(found, Estimate)
    assert found.is_default
    assert found.value == pytest.approx(2.15)


def test_a_trunk_that_is_coded_as_abdomen_has_the_coefficient_of_the_trunk() -> None:
    found = default_of(acquisition("Abdomen", dlp=700.0), procedure="ct-chest-abdomen-pelvis")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(12.6)


@pytest.mark.parametrize("procedure", ["ct-upper-limb", "ct-coronary-angiography", "ct-neck", "ct-lumbar-spine"])
def test_a_region_that_the_default_set_does_not_cover_has_no_default(procedure: str) -> None:
    assert "exactly this region" in reason(acquisition(None), procedure=procedure)


def test_two_tubes_of_different_voltage_have_none_by_a_table_of_voltages() -> None:
    assert "different voltages" in reason(acquisition(kvps=(100.0, 140.0)))
    assert "ct-k-aapm96" in by_coefficients(estimate(acquisition(kvps=(100.0, 140.0)), ADULT, None))
    assert isinstance(default_of(acquisition(kvps=(120.0, 120.0))), Estimate)


@pytest.mark.parametrize("dlp", [None, -1.0, nan, inf])
def test_without_a_dose_length_product_that_can_be_there_is_none(dlp: float | None) -> None:
    assert "dose-length product" in reason(acquisition(dlp=dlp))


def test_what_is_not_recorded_is_said() -> None:
    assert "age" in reason(acquisition(), Subject())
    assert "phantom" in reason(acquisition(phantom_cm=None))
    assert "voltage" in reason(acquisition(kvps=()))
    assert "region" in reason(acquisition(None))
    assert "contradict" in reason(acquisition("Head"), procedure="ct-abdomen-pelvis")


def test_a_localiser_and_bolus_tracking_say_that_their_coefficient_is_for_a_scan() -> None:
    for role, words in (("localiser", "turning tube"), ("bolus tracking", "one level")):
        found = estimate(acquisition(), ADULT, None, role)[0]
        assert isinstance(found, Estimate)
        assert any(words in sentence for sentence in found.assumptions)


def test_nothing_is_below_nothing() -> None:
    with pytest.raises(ValueError):
        effective_dose_msv(-1.0, 0.01)
