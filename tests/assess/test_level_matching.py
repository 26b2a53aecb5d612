"""Which rows of a set are for a group: both sides of every border, in words."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.level_matching import LevelMatch, bands_of, match_levels
from doseloop.model.patient_group import ADULT_FROM_MONTHS, PatientGroup
from doseloop.model.reference_level import LevelGroup, LevelSet, ReferenceLevel
from doseloop.model.span import Span
from doseloop.reference.levels import level_sets

SETS = {one.id: one for one in level_sets()}
ADULTS = PatientGroup("adult")
UK, AU, AU_XA, DE, DE_NM = (
    "uk-ukhsa-ndrl-2024", "au-arpansa-2018", "au-arpansa-igip-2020", "de-bfs-2022", "de-bfs-nm-2021"
)  # fmt: skip
EU_CHILD, EU, SENTINEL, SIISKONEN = "eu-rp185-2018", "eu-rp195-euclid-2021", "eu-sentinel-2008", "eu-siiskonen-2018"
FR, IE, INT, JP, UG = "fr-asn-2019-0667", "ie-foley-2012", "int-bos-2022", "jp-jrime-2025", "ug-mammo-2023"
US, US_CHILD = "us-kanal-2017", "us-kanal-2022-paed"


def group(procedure: str, quantity: str, patients: PatientGroup = ADULTS, **more: Any) -> LevelGroup:
    per = "acquisition" if quantity in ("ctdi_vol_mgy", "ka_e_mgy", "ka_i_mgy", "agd_mgy") else "examination"
    phantom = 32 if quantity in ("ctdi_vol_mgy", "dlp_mgy_cm") else None
    return replace(LevelGroup(procedure, quantity, per, patients, phantom), **more)  # type: ignore[arg-type]


def matched(one: LevelGroup, *keys: str) -> tuple[LevelMatch, ...]:
    return match_levels(one, [SETS[key] for key in keys])


def values(one: LevelGroup, *keys: str) -> list[float]:
    return [found.level.value for found in matched(one, *keys) if found.outcome == "compared"]


def children(low: float | None, below: float | None) -> PatientGroup:
    return PatientGroup("child", low, below)


def child_of(kg: float, below: float) -> PatientGroup:
    return PatientGroup("child", weight_min_kg=kg, weight_max_kg=below)


def breast(low: float, below: float) -> PatientGroup:
    return PatientGroup("adult", thickness_min_mm=low, thickness_max_mm=below)


def test_that_the_values_of_a_group_are_computed_is_a_reservation() -> None:
    level = ReferenceLevel("a", "own", "ct-chest", "CT chest", ADULTS, "ssde_mgy", 11.0, scope="per acquisition")
    (found,) = match_levels(group("ct-chest", "ssde_mgy", per="acquisition"), [replace(SETS[UK], levels=(level,))])
    assert found.outcome == "compared"
    assert any(one.startswith("SSDE is computed by Doseloop, not stated by the scanner") for one in found.reservations)
    assert not any("computed" in one for one in matched(group("ct-chest", "dlp_mgy_cm"), UK)[0].reservations)


HEAD = {"phantom_cm": 16}
PROJECTION = {"per": "acquisition"}


@pytest.mark.parametrize(
    ("key", "one", "expected"),
    [
        (UK, group("ct-head", "dlp_mgy_cm", **HEAD), [790]),
        (UK, group("ct-chest", "dlp_mgy_cm"), [290]),
        (UK, group("ct-chest", "ctdi_vol_mgy"), [8.5]),
        (UK, group("ct-chest", "dlp_mgy_cm", per="acquisition"), []),
        (UK, group("ct-chest", "dlp_mgy_cm", indication="pneumonia"), []),
        (UK, group("ct-kub", "dlp_mgy_cm", indication="Colic"), [290]),
        (UK, group("ct-cervical-spine", "dlp_mgy_cm"), []),
        (DE, group("dx-chest", "dap_gy_cm2", view="pa", **PROJECTION), [0.12]),
        (DE, group("dx-chest", "dap_gy_cm2", view="lateral", **PROJECTION), [0.4]),
        (DE, group("dx-lumbar-spine", "dap_gy_cm2", view="ap", **PROJECTION), [2.0]),
        (DE, group("dx-chest", "dap_gy_cm2", **PROJECTION), []),
        (DE, group("dx-chest", "dap_gy_cm2", view="pa"), []),
        (DE, group("dx-shoulder", "dap_gy_cm2", **PROJECTION), [0.25]),
        (FR, group("dx-abdomen", "dap_gy_cm2", **PROJECTION), [3.4]),
        (FR, group("dx-chest", "dap_gy_cm2", view="PA", **PROJECTION), [0.2]),
        (FR, group("px-panoramic", "dap_gy_cm2", **PROJECTION), [0.15]),
        (FR, group("px-panoramic", "dap_gy_cm2"), []),
        (AU, group("ct-head", "ctdi_vol_mgy", **HEAD), [52]),
        (AU, group("ct-chest", "dlp_mgy_cm", contrast="with"), [390]),
        (AU, group("ct-chest", "dlp_mgy_cm", contrast="without"), []),
        (AU, group("ct-neck", "dlp_mgy_cm"), []),
        (EU, group("ct-abdomen-pelvis", "dlp_mgy_cm", indication="appendicitis"), [498]),
        (EU, group("ct-abdomen-pelvis", "dlp_mgy_cm"), [436, 498]),
        (EU, group("ctpa", "ctdi_vol_mgy"), [9]),
        (EU, group("ct-liver-multiphase", "dlp_mgy_cm"), []),
        (INT, group("ct-head", "dlp_mgy_cm", indication="stroke", **HEAD), [1072]),
        (INT, group("ct-head", "dlp_mgy_cm", indication="acute stroke", **HEAD), []),
        (INT, group("ct-coronary-angiography", "dlp_mgy_cm"), [914]),
        (US, group("ct-chest", "dlp_mgy_cm", contrast="with"), [469]),
        (US, group("ct-chest", "dlp_mgy_cm", contrast="without"), [443]),
        (US, group("ct-chest", "dlp_mgy_cm"), [443, 469]),
        (US, group("ct-neck", "ctdi_vol_mgy"), []),
        (IE, group("ct-abdomen-pelvis", "ctdi_vol_mgy"), []),
        (IE, group("ct-chest", "dlp_mgy_cm"), []),
        (IE, group("ct-head", "dlp_mgy_cm", **HEAD), []),
        (IE, group("ct-abdomen-multiphase", "dlp_mgy_cm", phases="multiple"), []),
        (JP, group("ct-chest", "dlp_mgy_cm", phases="single"), [430]),
        (JP, group("ct-chest", "dlp_mgy_cm", phases="multiple"), []),
        (JP, group("ct-head", "ctdi_vol_mgy", contrast="without", **HEAD), [67]),
        (JP, group("xa-pci", "dap_gy_cm2", technique="chronic total occlusion"), [200]),
        (JP, group("xa-pci", "dap_gy_cm2", technique="without chronic total occlusion"), [100]),
        (JP, group("dx-chest", "ka_e_mgy", children(0, 12)), [0.1]),
        (JP, group("dx-chest", "ka_e_mgy", children(48, 72)), []),
        (JP, group("px-intraoral", "ka_i_mgy", children(60, 72), technique="maxillary molar"), [1.2]),
        (JP, group("nm-bone-scan", "activity_mbq", technique="99mTc-MDP"), [930]),
        (SIISKONEN, group("xa-coronary-angiography", "dap_gy_cm2"), [35]),
        (SIISKONEN, group("xa-pacemaker", "dap_gy_cm2", technique="dual chamber"), [3.5]),
        (SIISKONEN, group("xa-tavi", "dap_gy_cm2", children(12, 60)), []),
        (SENTINEL, group("xa-pci", "fluoro_time_s"), [930]),
        (SENTINEL, group("xa-coronary-angiography", "ka_r_mgy"), [650]),
        (SENTINEL, group("xa-electrophysiology-diagnostic", "ka_r_mgy"), []),
        (AU_XA, group("xa-coronary-angiography", "ka_r_mgy"), [500]),
        (AU_XA, group("xa-coronary-angiography", "dap_gy_cm2"), [30]),
        (AU_XA, group("xa-coronary-angiography", "dap_gy_cm2", technique="grafts"), []),
        (DE_NM, group("ct-of-hybrid-head", "ctdi_vol_mgy", **HEAD), [15]),
        (DE_NM, group("ct-of-hybrid-head", "ctdi_vol_mgy"), []),
        (DE_NM, group("ct-of-pet-whole-body", "ctdi_vol_mgy"), [3]),
        (DE_NM, group("nm-bone-scan", "activity_per_kg_mbq_kg"), [8]),
        (UG, group("mg-screening", "agd_mgy", breast(40, 60), view="cc"), [1.78]),
        (UG, group("mg-screening", "agd_mgy", breast(40, 60), view="mlo"), [1.87]),
        (UG, group("mg-screening", "agd_mgy", breast(40, 61), view="mlo"), []),
        (UG, group("mg-screening", "agd_mgy", view="cc"), []),
    ],
)  # fmt: skip
def test_a_group_finds_the_rows_that_are_for_it(key: str, one: LevelGroup, expected: list[float]) -> None:
    assert values(one, key) == expected


@pytest.mark.parametrize("key", [key for key in SETS if key != IE])
def test_at_least_two_rows_of_every_set_are_found_by_the_group_that_they_describe(key: str) -> None:
    found = [level for level in SETS[key].levels if level.is_level and level in own_matches(level, SETS[key])]
    assert len(found) >= 2


def test_a_set_that_names_no_phantom_is_compared_with_nothing_for_that_reason_alone() -> None:
    for level in SETS[IE].levels:
        found = match_levels(own_group(level), [SETS[IE]])
        assert [one.refusals for one in found if one.level is level] == [
            ("The set does not say for which CTDI phantom the level is: no verdict.",)
        ]


def own_group(level: ReferenceLevel) -> LevelGroup:
    return LevelGroup(
        level.procedure or "", level.quantity, level.per, level.group, level.phantom_cm, level.indication, level.contrast,
        level.phases, level.technique, level.views[0] if level.views else None,
    )  # fmt: skip


def own_matches(level: ReferenceLevel, source: LevelSet) -> list[ReferenceLevel]:
    return [found.level for found in match_levels(own_group(level), [source]) if found.outcome == "compared"]


def test_every_row_is_found_by_the_group_that_it_describes_unless_it_says_why_not() -> None:
    for source in SETS.values():
        for level in source.levels:
            unknown_phantom = level.quantity in ("ctdi_vol_mgy", "dlp_mgy_cm") and level.phantom_cm is None
            expected = level.is_level and level.why_unmatched is None and not unknown_phantom
            assert (level in own_matches(level, source)) is expected, level.id


# Borders of age and weight: months and kilograms just below and at each.

HEAD_OF_CHILDREN = [(0, 24), (2.99, 24), (3, 28), (11.99, 28), (12, 40), (71.99, 40), (72, 50), (215.99, 50)]
CHEST_OF_CHILDREN = [(0.5, 1.4), (4.99, 1.4), (5, 1.8), (14.99, 1.8), (15, 2.7), (29.99, 2.7), (30, 3.7), (49.99, 3.7), (50, 5.4),
                     (79.99, 5.4)]  # fmt: skip
US_HEAD = [(0, 23), (11.9, 23), (12, 27), (23.9, 27), (24, 31), (71.9, 31), (72, 55), (215.9, 55)]
JP_CHEST = [(0, 2.0), (11.9, 2.0), (12, 3.0), (59.9, 3.0), (60, 4.0), (119.9, 4.0), (120, 6.0), (179.9, 6.0)]


@pytest.mark.parametrize(
    ("key", "procedure", "phantom", "months", "value"),
    [(EU_CHILD, "ct-head", 16, *one) for one in HEAD_OF_CHILDREN]
    + [(US_CHILD, "ct-head", 16, *one) for one in US_HEAD]
    + [(JP, "ct-chest", 32, *one) for one in JP_CHEST],
)
def test_a_child_is_in_the_band_of_the_set_s_own_ages(
    key: str, procedure: str, phantom: int, months: float, value: float
) -> None:
    assert values(group(procedure, "ctdi_vol_mgy", PatientGroup.of_patient(months), phantom_cm=phantom), key) == [value]


@pytest.mark.parametrize(("kg", "value"), CHEST_OF_CHILDREN)
def test_a_child_is_in_the_band_of_the_set_s_own_weights(kg: float, value: float) -> None:
    assert values(group("ct-chest", "ctdi_vol_mgy", PatientGroup.of_patient(60, kg)), EU_CHILD) == [value]


@pytest.mark.parametrize(
    ("key", "patients", "phantom"),
    [
        (EU_CHILD, PatientGroup.of_patient(216), 16),
        (US_CHILD, PatientGroup.of_patient(216), 16),
        (JP, PatientGroup.of_patient(180), 16),
        (JP, PatientGroup.of_patient(215.9), 16),
    ],
)
def test_beyond_the_last_band_there_is_no_level_for_children(key: str, patients: PatientGroup, phantom: int) -> None:
    found = matched(group("ct-head", "ctdi_vol_mgy", patients, phantom_cm=phantom), key)
    assert not [one for one in found if one.outcome == "compared" and one.level.group.category == "child"]


def test_eighty_kilograms_are_beyond_the_last_weight() -> None:
    assert values(group("ct-chest", "ctdi_vol_mgy", PatientGroup.of_patient(200, 80)), EU_CHILD) == []


def test_an_adult_begins_on_the_day_of_eighteen_years() -> None:
    assert values(group("ct-chest", "dlp_mgy_cm", PatientGroup.of_patient(ADULT_FROM_MONTHS)), UK) == [290]
    assert values(group("ct-chest", "dlp_mgy_cm", PatientGroup.of_patient(ADULT_FROM_MONTHS - 0.01)), UK) == []


def test_the_bands_of_a_set_are_the_groups_to_compare_in() -> None:
    found = bands_of("ct-chest", "dlp_mgy_cm", [SETS[EU_CHILD]])
    assert [(one.weight_min_kg, one.weight_max_kg) for one in found] == [(0, 5), (5, 15), (15, 30), (30, 50), (50, 80)]
    assert [values(group("ct-chest", "dlp_mgy_cm", one), EU_CHILD) for one in found] == [[35], [50], [70], [115], [200]]
    assert bands_of("ct-chest", "ka_r_mgy", SETS.values()) == ()


# In words.


def only(one: LevelGroup, key: str, value: float) -> LevelMatch:
    return next(found for found in matched(one, key) if found.level.value == value)


def test_a_near_row_says_which_group_it_is_for() -> None:
    found = only(group("ct-chest", "dlp_mgy_cm", child_of(15, 30)), EU_CHILD, 50)
    assert found.refusals == ("For 5 to under 15 kg, the group is 15 to under 30 kg: not compared.",)
    found = only(group("ct-head", "dlp_mgy_cm", children(0, 12), phantom_cm=16), EU_CHILD, 385)
    assert found.refusals == (
        "For children of 3 months to under 1 year, the group is children under 1 year and reaches beyond: not compared.",
    )
    found = only(group("ct-head", "dlp_mgy_cm", ADULTS, phantom_cm=16), EU_CHILD, 650)
    assert found.refusals == ("For children of 6 years or more, the group is adults: not compared.",)


def test_a_row_that_fits_says_why_in_every_respect() -> None:
    found = only(group("ct-chest", "dlp_mgy_cm", indication="lung cancer"), UK, 290)
    assert (found.outcome, found.refusals) == ("compared", ())
    assert found.because == (
        "The procedure is what the set calls “CT chest”.",
        "Per examination, compared with the exam's DLP.",
        "Phantom 32 cm, as the group's.",
        "For adults, the group is adults.",
        "For lung cancer, the group is for lung cancer.",
    )
    assert found.caveats == ("That the level is for the 32 cm phantom is convention, not read in its text.",)


def test_products_of_the_other_phantom_are_never_compared() -> None:
    found = only(group("ct-head", "dlp_mgy_cm", phantom_cm=32), UK, 790)
    assert found.refusals == ("Phantom 16 cm, the group's is 32 cm: not compared.",)
    assert values(group("ct-chest", "dlp_mgy_cm", phantom_cm=16), *SETS) == []


def test_an_unknown_phantom_gets_no_verdict_on_either_side() -> None:
    assert only(group("ct-chest", "dlp_mgy_cm", phantom_cm=None), UK, 290).refusals == (
        "Phantom 32 cm; the group's phantom is not known: no verdict.",
    )
    assert only(group("ct-cervical-spine", "dlp_mgy_cm"), UK, 400).refusals == (
        "The set does not say for which CTDI phantom the level is: no verdict.",
    )


def test_what_is_per_scan_is_not_compared_with_examinations() -> None:
    found = only(group("ct-chest", "ctdi_vol_mgy", per="examination"), UK, 8.5)
    assert found.refusals == ("Per sequence; the group's values are of each examination: not compared.",)
    silent = only(group("ct-chest", "dlp_mgy_cm"), JP, 430)
    assert "The source as read does not say per what; compared with the value of each examination." in silent.caveats


def site_level(**bounds: float) -> LevelSet:
    level = replace(SETS[UK].levels[8], group=PatientGroup("adult", **bounds))  # type: ignore[arg-type]
    return replace(SETS[UK], levels=(level,))


@pytest.mark.parametrize(
    ("patients", "outcome", "words"),
    [
        (ADULTS, "compared", "All sizes: the level is for 50 to under 90 kg, and the weights of the group are not known."),
        (PatientGroup("adult", weight_min_kg=50, weight_max_kg=90), "compared", "the group is 50 to under 90 kg."),
        (PatientGroup("adult", weight_min_kg=50, weight_max_kg=90.1), "not compared", "reaches beyond"),
        (PatientGroup("adult", weight_min_kg=90, weight_max_kg=120), "not compared", "the group is 90 to under 120 kg"),
    ],
)  # fmt: skip
def test_an_adult_level_by_weight_is_compared_as_all_sizes_where_weights_are_missing(
    patients: PatientGroup, outcome: str, words: str
) -> None:
    one = site_level(weight_min_kg=50, weight_max_kg=90)
    [found] = match_levels(group("ct-chest", "dlp_mgy_cm", patients), [one])
    assert found.outcome == outcome
    assert words in " ".join((*found.because, *found.reservations, *found.refusals))


def test_a_child_s_level_by_weight_is_not_compared_where_weights_are_missing() -> None:
    found = only(group("ct-chest", "dlp_mgy_cm", children(0, 216)), EU_CHILD, 50)
    assert found.refusals == ("For 5 to under 15 kg, and the weights of the group are not known: not compared.",)


def test_a_level_without_weights_says_that_a_group_has_them() -> None:
    heavy = PatientGroup("adult", weight_min_kg=90, weight_max_kg=120)
    found = only(group("ct-chest", "dlp_mgy_cm", heavy), UK, 290)
    assert "The level names no weights, the group is 90 to under 120 kg only." in found.reservations


@pytest.mark.parametrize(("sex", "outcome"), [("female", "compared"), ("male", "not compared"), (None, "not compared")])
def test_a_level_for_one_sex_is_for_no_other(sex: Any, outcome: str) -> None:
    level = replace(SETS[UK].levels[8], group=PatientGroup("adult", sex="female"))
    [found] = match_levels(
        group("ct-chest", "dlp_mgy_cm", PatientGroup("adult", sex=sex)), [replace(SETS[UK], levels=(level,))]
    )
    assert found.outcome == outcome


def test_what_never_matches_by_itself_says_why() -> None:
    found = only(group("dx-chest", "ka_e_mgy", children(60, 72)), JP, 0.1)
    assert found.outcome == "not compared"
    five = [
        one for one in matched(group("dx-chest", "ka_e_mgy", children(60, 72)), JP) if "5 y" in one.level.as_written
    ]
    assert "does not say how far from that age it holds" in five[0].refusals[0]


def test_achievable_values_are_shown_beside_and_judge_nothing() -> None:
    found = matched(group("xa-coronary-angiography", "ka_r_mgy"), AU_XA)
    assert [one.outcome for one in found] == ["compared", "shown beside", "shown beside"]
    assert "nothing is judged by it" in " ".join(found[1].caveats)


def test_a_set_that_is_not_verified_or_not_in_force_says_so() -> None:
    words = " ".join(matched(group("ct-chest", "dlp_mgy_cm"), AU)[0].caveats)
    assert "superseded since 2025-07-01" in words and "no signed report uses it until the site confirms it" in words
    proposed = tuple(replace(one, phantom_cm=32) for one in SETS[IE].levels)
    [found] = match_levels(group("ct-chest", "dlp_mgy_cm"), [replace(SETS[IE], levels=proposed)])
    assert "Proposed by UCD (proposed); no authority set the level." in found.caveats
    assert any("historic (HIQA national DRLs replace it" in one for one in found.caveats)


def test_rows_come_in_the_order_in_which_the_site_chose_the_sets() -> None:
    one = group("ct-chest", "dlp_mgy_cm")
    assert [found.source.id for found in matched(one, JP, UK)] != [found.source.id for found in matched(one, UK, JP)]
    assert matched(one, JP, UK)[0].source.id == JP


AGES = st.tuples(st.floats(0, 1200), st.floats(0.01, 1200)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(AGES, st.floats(0, 1))
def test_every_patient_of_a_group_that_is_compared_is_in_the_level_s_own_band(
    ages: tuple[float, float], share: float
) -> None:
    category: Any = "adult" if ages[0] >= ADULT_FROM_MONTHS else "child"
    patients = PatientGroup(category, *ages)
    months = min(ages[0] + share * (ages[1] - ages[0]), ages[1] - 0.005)
    for found in matched(group("ct-head", "ctdi_vol_mgy", patients, phantom_cm=16), EU_CHILD, JP, US_CHILD, UK):
        if found.outcome == "compared":
            assert found.level.group.ages.holds(Span.at(months))
