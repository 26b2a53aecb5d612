"""One administration however many objects tell of it, and short names of nuclides, targets and filters."""

from dataclasses import replace

import pytest

from doseloop.harmonise.administrations import one_each
from doseloop.harmonise.radionuclides import emits_positrons, product_name, radionuclide
from doseloop.harmonise.target_filter import target_filter
from doseloop.model.image import ImageHeader
from doseloop.model.projection import Filter, ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.model.tracer import Administration
from tests.harmonise.reports import number, united
from tests.harmonise.studies import held


def text(value: str) -> Reading[str]:
    return Reading(value, "1.1", value)


def word(meaning: str) -> Reading[Code]:
    return Reading(Code("", "", meaning), "1.1", meaning)


def given(
    start: str | None, activity: float | None = 394.0, nuclide: str = "^18^Fluorine", uid: str = ""
) -> Administration:
    return Administration(
        event_uid=text(uid) if uid else None,
        started_at=text(f"2026-03-03T{start}") if start else None,
        radionuclide=word(nuclide),
        activity_mbq=number(activity) if activity is not None else None,
    )


def kept(*found: Administration) -> list[int]:
    return [key for key, _ in one_each([(key, [one]) for key, one in enumerate(found)])[0]]


def test_clocks_that_differ_by_minutes_are_one_administration_with_both_starts_said() -> None:
    found, issues = one_each(
        [(0, [given("10:40:30", uid="2.25.1")]), (1, [given("10:48:30", 394.02, "F-18", "2.25.2")])]
    )
    assert [key for key, _ in found] == [0]
    assert "10:40:30" in issues[0]
    assert "10:48:30" in issues[0]


def test_another_nuclide_activity_or_time_is_another_administration() -> None:
    assert kept(given("10:00:00"), given("10:00:00", nuclide="99m Technetium")) == [0, 1]
    assert kept(given("10:00:00"), given("10:00:00", 100.0)) == [0, 1]
    assert kept(given("10:00:00"), given("13:00:00")) == [0, 1]


def test_the_same_uid_is_one_administration_whatever_else_differs() -> None:
    assert kept(given("10:00:00", uid="2.25.1"), given("13:00:00", 100.0, uid="2.25.1")) == [0]


def test_what_is_not_recorded_contradicts_nothing() -> None:
    assert kept(given("10:00:00"), given(None)) == [0]
    assert kept(given("10:00:00"), given("10:00:00", None)) == [0]


@pytest.mark.parametrize(
    ("meaning", "short"),
    [
        ("^18^Fluorine", "F-18"),
        ("F-18", "F-18"),
        ("18F", "F-18"),
        ("99m Technetium", "Tc-99m"),
        ("^99m^Technetium", "Tc-99m"),
        ("Tc99m", "Tc-99m"),
        ("^177^Lutetium", "Lu-177"),
        ("Iodine 131", "I-131"),
        ("something else", "something else"),
    ],
)
def test_nuclides_have_one_short_name(meaning: str, short: str) -> None:
    assert radionuclide(Code("", "", meaning)) == short


def test_positron_emitters_are_known_and_products_lose_their_marks() -> None:
    assert emits_positrons(Code("", "", "^68^Gallium"))
    assert not emits_positrons(Code("", "", "^99m^Technetium"))
    assert product_name("Fluorodeoxyglucose F^18^") == "Fluorodeoxyglucose F-18"


def test_target_and_filter_are_symbols() -> None:
    silver, strange = Filter(word("Silver or Silver compound")), Filter(word("unobtainium"))
    assert target_filter(ProjectionEvent(anode=word("RHODIUM"), filters=(silver, silver))) == "Rh/Ag"
    assert (
        target_filter(ProjectionEvent(anode=word("Tungsten or Tungsten compound"), filters=(strange,)))
        == "W/unobtainium"
    )
    assert target_filter(ProjectionEvent(filters=(silver,))) == ""


def shown(start: str | None, activity: float) -> Administration:
    return replace(given(start, activity), image=ImageHeader("2.25.1"))


def test_what_stayed_in_the_syringe_makes_no_second_administration() -> None:
    found, issues = one_each([(0, [given("10:00:00", uid="2.25.1")]), (1, [shown("10:05:00", 370.0)])])
    assert [key for key, _ in found] == [0]
    assert "possibly twice" in issues[0]
    assert "370" in issues[0]


def test_two_injections_that_one_object_lists_are_two() -> None:
    injections = [given("10:00:00"), given("10:10:00")]
    assert len(one_each([(0, injections)])[0]) == 2
    assert len(one_each([(0, injections), (1, injections)])[0]) == 2


def test_injections_of_two_reports_with_uids_are_two_also_where_only_the_activity_differs() -> None:
    found, issues = one_each([(0, [given("10:00:00", uid="2.25.1")]), (1, [given("10:09:00", 300.0, uid="2.25.2")])])
    assert (len(found), issues) == (2, ())


def test_the_later_report_wins_for_an_administration() -> None:
    early, late = (
        held(n, "PT", n, kind="tracer report", administrations=(given("10:00:00", 300.0 + n, uid="2.25.1"),))
        for n in (1, 2)
    )
    assert united(early, late).total("activity_mbq") == united(late, early).total("activity_mbq") == 302.0
