"""Which groups are told of by a flag."""

from dataclasses import replace
from datetime import date

from doseloop.assess.level_state import on_groups
from doseloop.model.level_figure import LevelFigure

FIGURE = LevelFigure(
    site="North", scanner=7, scanner_name="CT 1", modality="CT", procedure="ct-chest", procedure_name="CT chest",
    group="adults", indication=None, quantity="dlp_mgy_cm", per="examination", level_id="uk-1", set_id="uk",
    set_title="UK", country="GB", authority="UKHSA", year=2022, status="current", verification="primary",
    usable_when_signed=True, kind="DRL", level=300.0, state="above", close=False, median=330.0, interval_low=310.0,
    interval_high=350.0, p25=280.0, p75=370.0, n=40, n_patients=40, least=20, enough_on=None, sizes="standard size",
    sizes_said="40 weighed", n_provisional=0, n_outside_age=0, n_outside_size=0, n_other_phantom=0, n_unknown_phantom=0,
    sentences=("The median is above.", "Only patients of 50 to 90 kg."), said=None, said_by=None,
    first_day=date(2026, 1, 1), last_day=date(2026, 12, 31), data_state=9,
)  # fmt: skip


def test_a_median_above_its_level_is_told_once_with_level_and_median() -> None:
    ((finding, procedure),) = on_groups([FIGURE])
    assert procedure == "ct-chest"
    assert str(finding.key) == "reference-level/scanner 7/uk-1"
    assert finding.sentence == (
        "CT chest, adults, on CT 1: the median DLP of 40 patients, 330 mGy·cm, is above the reference level of 300 mGy·cm "
        "(UKHSA 2022)."
    )
    assert (finding.value, finding.threshold, finding.n) == (330.0, 300.0, 40)


def test_the_first_of_the_chosen_sets_speaks_for_a_group() -> None:
    other = replace(FIGURE, set_id="fr", level_id="fr-1", level=200.0)
    assert [one.cause for one, _ in on_groups([FIGURE, other])] == ["uk-1"]
    within = replace(FIGURE, state="within")
    assert list(on_groups([within, other])) == []


def test_several_levels_of_one_set_each_speak() -> None:
    other = replace(FIGURE, level_id="uk-2", indication="lung cancer", level=250.0)
    assert [one.cause for one, _ in on_groups([FIGURE, other])] == ["uk-1", "uk-2"]


def test_groups_of_other_ages_and_quantities_speak_for_themselves() -> None:
    others = [replace(FIGURE, group="children"), replace(FIGURE, quantity="ctdi_vol_mgy", median=12.0, level=9.0)]
    assert (
        len(list(on_groups([FIGURE, *(replace(one, set_id="fr", level_id=f"fr-{k}") for k, one in enumerate(others))])))
        == 3
    )


def test_nothing_is_told_of_too_few_of_achievable_values_or_of_what_is_within() -> None:
    quiet = [replace(FIGURE, state="too few"), replace(FIGURE, state="within"), replace(FIGURE, kind="achievable")]
    assert [list(on_groups([one])) for one in quiet] == [[], [], []]


def test_a_suspiciously_low_median_is_told() -> None:
    ((finding, _),) = on_groups([replace(FIGURE, kind="p25", state="low", median=90.0, level=100.0)])
    assert "is below the 25th percentile of 100 mGy·cm" in finding.sentence
