"""Coefficients per dose-length product: the published values, what lies between them, and nothing beyond them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.dosimetry.ct_reference_age import ReferenceAge
from doseloop.dosimetry.dlp_coefficient import basis, k_msv_mgy_cm
from doseloop.dosimetry.effective_dose_ct import SETS
from doseloop.dosimetry.missing import Missing
from doseloop.reference.coefficients import coefficient_set

LEE = coefficient_set("ct-k-nci2012-icrp103")
AAPM = coefficient_set("ct-k-aapm96")
REGIONS = st.sampled_from(sorted({str(region) for region, _, _ in LEE.rows}))
AGES: st.SearchStrategy[ReferenceAge] = st.sampled_from([0, 1, 5, 10, 15, "adult"])

SHRIMPTON: dict[str, tuple[float, ...]] = {
    "head": (0.0110, 0.0067, 0.0040, 0.0032, 0.0021),
    "chest": (0.0390, 0.0260, 0.0180, 0.0130, 0.0140),
    "abdomen_pelvis": (0.0490, 0.0300, 0.0200, 0.0150, 0.0150),
    "trunk": (0.0440, 0.0280, 0.0190, 0.0140, 0.0150),
}
"""At 0, 1, 5 and 10 years and of the adult: Table XII of https://pmc.ncbi.nlm.nih.gov/articles/PMC3326072/table/t12."""
CITED_OF_ADULTS = {
    "head": 2.1, "head_and_neck": 3.1, "neck": 5.9, "chest": 14.0, "abdomen_pelvis": 15.0, "trunk": 15.0,
}  # fmt: skip
"""µSv/(mGy·cm): the column that cites AAPM Report 96 in http://radclass.mudr.org/content/conversion-coefficients-dose-estimation-
dose-length-product-dlp-ct-examination."""
KOREA: tuple[tuple[str, ReferenceAge, float], ...] = (
    ("head", "adult", 0.00172), ("head", 1, 0.00626), ("head", 5, 0.00458), ("head", 10, 0.00308), ("head", 15, 0.00233),
    ("abdomen_pelvis", "adult", 0.01794),
)  # fmt: skip
"""ICRP 103, by the same authors' later program for scans of a survey: abstract of https://pmc.ncbi.nlm.nih.gov/articles/PMC7554984."""


@pytest.mark.parametrize("region", SHRIMPTON)
def test_report_96_has_the_values_of_shrimpton(region: str) -> None:
    ages: tuple[ReferenceAge, ...] = (0, 1, 5, 10, "adult")
    assert tuple(k_msv_mgy_cm(AAPM, region, age) for age in ages) == SHRIMPTON[region]


@pytest.mark.parametrize("region", CITED_OF_ADULTS)
def test_report_96_has_the_values_of_adults_that_are_cited_from_it(region: str) -> None:
    assert 1000 * k_msv_mgy_cm(AAPM, region, "adult") == pytest.approx(CITED_OF_ADULTS[region])


@pytest.mark.parametrize(("region", "age", "published"), KOREA)
def test_another_publication_agrees_within_a_tenth(region: str, age: ReferenceAge, published: float) -> None:
    assert k_msv_mgy_cm(LEE, region, age, 120) == pytest.approx(published, rel=0.1)


@given(REGIONS, AGES, st.floats(80, 120))
def test_between_two_voltages_it_lies_between_their_values(region: str, age: ReferenceAge, kvp: float) -> None:
    low, high = (80, 100) if kvp < 100 else (100, 120)
    ends = sorted((k_msv_mgy_cm(LEE, region, age, low), k_msv_mgy_cm(LEE, region, age, high)))
    assert ends[0] - 1e-12 <= k_msv_mgy_cm(LEE, region, age, kvp) <= ends[1] + 1e-12


@given(REGIONS, AGES, st.floats(80, 120), st.floats(80, 120))
def test_it_rises_with_the_voltage(region: str, age: ReferenceAge, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert k_msv_mgy_cm(LEE, region, age, low) <= k_msv_mgy_cm(LEE, region, age, high) + 1e-12


@pytest.mark.parametrize("kvp", [None, 0.0, 79.9, 120.1, 140.0, float("nan")])
def test_there_is_none_outside_of_the_voltages(kvp: float | None) -> None:
    with pytest.raises(Missing, match=r"kV|voltage"):
        k_msv_mgy_cm(LEE, "chest", "adult", kvp)


def test_there_is_none_for_an_age_that_a_set_lacks() -> None:
    with pytest.raises(Missing, match="age"):
        k_msv_mgy_cm(AAPM, "chest", 15)
    with pytest.raises(Missing, match="age"):
        k_msv_mgy_cm(LEE, "neck", "adult", 120)


@pytest.mark.parametrize(
    "parts", [{"limbs"}, {"neck"}, {"heart"}, {"spine", "abdomen"}, {"chest", "abdomen"}, {"abdomen"}, set()]
)
def test_a_region_that_the_table_does_not_name_has_none(parts: set[str]) -> None:
    with pytest.raises(Missing, match="exactly this region"):
        basis(LEE, frozenset(parts), "adult")


def test_the_trunk_of_children_is_held_in_doubt_and_that_of_adults_is_not() -> None:
    parts = frozenset({"chest"})
    assert basis(LEE, parts, 15).phantom_cm == 16
    assert "inferred" in basis(LEE, parts, 15).doubt
    assert (basis(LEE, parts, "adult").phantom_cm, basis(LEE, parts, "adult").doubt) == (32, "")


def test_the_table_itself_shows_the_phantom_of_children() -> None:
    """What the doubt says: lower at 15 years than for the adult in the trunk alone, and near Shrimpton's of 16 cm before."""
    for region in ("chest", "abdomen_pelvis", "chest_abdomen_pelvis"):
        assert k_msv_mgy_cm(LEE, region, 15, 120) < 0.7 * k_msv_mgy_cm(LEE, region, "adult", 120)
    assert k_msv_mgy_cm(LEE, "head", 15, 120) > k_msv_mgy_cm(LEE, "head", "adult", 120)
    of_icrp_60 = coefficient_set("ct-k-nci2012-icrp60")
    for index, age in enumerate((0, 1, 5, 10)):
        assert k_msv_mgy_cm(of_icrp_60, "chest", age, 120) == pytest.approx(SHRIMPTON["chest"][index], rel=0.17)


@pytest.mark.parametrize("set_id", SETS)
def test_what_a_set_covers_stands_in_its_table(set_id: str) -> None:
    found = coefficient_set(set_id)
    regions = {key[0] for key in found.rows}
    for entry in found.facts["coverage"]:
        assert entry["region"] in regions
        for people in ("adults", "children"):
            assert entry[people]["cm"] in (16, 32)
            assert entry[people].get("doubt") in {None, *found.facts.get("doubts", {})}
