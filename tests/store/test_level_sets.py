"""A site's own sets of reference levels, what it compares with, and what it confirmed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import DECISIONS
from doseloop.reference import levels as package
from doseloop.reference.level_csv import own_set
from doseloop.reference.own_levels import OwnSet
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, level_choice, level_confirmation, level_sets
from doseloop.store.audit import Actor
from doseloop.store.level_choice import CHOICE, Move, choose, chosen, chosen_in, rearrange
from doseloop.store.level_confirmation import CONFIRMATION, confirm, confirmations, usable_when_signed
from doseloop.store.level_list import level_set_rows
from doseloop.store.level_sets import add_own, sets_at, sites_with
from doseloop.store.models import AuditRow, ConfirmedLevelSet, Decision, OwnLevelSet, Site
from tests.store.test_side_by_side import meanwhile

PHYSICIST = Actor(account=None, name="a.physicist")
JP, UK, US = "jp-jrime-2025", "uk-ukhsa-ndrl-2024", "us-kanal-2017"
GROUNDS = "compared with the printed edition, tables 1 to 9"
CSV = "procedure,quantity,value,unit,category\nct-chest,DLP,250,mGy.cm,adult"


@pytest.fixture
def site(folder: DataFolder) -> int:
    return Site.objects.create(name="Main").pk


def of(site: int) -> Scope:
    return Scope(sites=frozenset({site}), identity=False, operators=False)


def own(site: int, name: str = "Local levels 2026") -> dict[str, object]:
    return own_set(site, OwnSet(name, "Main", "A. Physicist", "audit of 2026", 2026), CSV)


def keys(site: int) -> list[str]:
    return [one.id for one in chosen(SYSTEM, site)]


def test_a_site_that_has_not_chosen_compares_with_the_sets_in_force(site: int) -> None:
    assert keys(site) == [one.id for one in package.current_sets()]
    assert UK in keys(site) and "au-arpansa-2018" not in keys(site)


def test_a_choice_holds_in_its_order_and_can_be_taken_back(site: int) -> None:
    choose(SYSTEM, site, [JP, UK], PHYSICIST)
    batch = choose(SYSTEM, site, [UK], PHYSICIST)
    assert keys(site) == [UK]
    decisions.undo(SYSTEM, CHOICE, batch, PHYSICIST)
    assert keys(site) == [JP, UK]
    choose(SYSTEM, site, [], PHYSICIST)
    assert UK in keys(site) and not level_choice.has_chosen(SYSTEM, site)


def test_what_there_is_not_and_what_is_named_twice_is_refused_and_nothing_changes(site: int) -> None:
    choose(SYSTEM, site, [JP], PHYSICIST)
    with pytest.raises(UnusableInput, match="no set 'uk'; there are au-arpansa-2018"):
        choose(SYSTEM, site, [UK, "uk"], PHYSICIST)
    with pytest.raises(UnusableInput, match="twice"):
        choose(SYSTEM, site, [UK, UK], PHYSICIST)
    assert keys(site) == [JP]


def test_a_site_s_own_set_is_added_once_and_compared_with_where_chosen(site: int) -> None:
    made = add_own(of(site), site, own(site), PHYSICIST)
    assert sets_at(of(site), site)[0] == made
    assert made.id not in keys(site)
    choose(SYSTEM, site, [made.id, UK], PHYSICIST)
    assert chosen(SYSTEM, site)[0].levels[0].value == 250.0
    with pytest.raises(UnusableInput, match="There is a set own-"):
        add_own(SYSTEM, site, own(site), PHYSICIST)
    assert OwnLevelSet.objects.count() == 1
    row = AuditRow.objects.get(action="levels imported")
    assert (row.actor, row.site_id, row.after["rows"], row.after["author"]) == ("a.physicist", site, 1, "A. Physicist")


def test_no_site_sees_or_uses_the_sets_of_another(site: int) -> None:
    other = Site.objects.create(name="Other").pk
    made = add_own(SYSTEM, site, own(site), PHYSICIST)
    add_own(SYSTEM, other, own(other), PHYSICIST)
    assert made.id not in {one.id for one in sets_at(of(other), other)}
    with pytest.raises(UnusableInput, match="There is no set"):
        choose(SYSTEM, other, [made.id], PHYSICIST)
    for call in (
        lambda: sets_at(of(other), site),
        lambda: choose(of(other), site, [UK], PHYSICIST),
        lambda: add_own(of(other), site, own(site, "Second set"), PHYSICIST),
        lambda: confirm(of(other), site, JP, "B", GROUNDS, PHYSICIST),
        lambda: confirmations(NOTHING, site),
        lambda: level_set_rows(of(other), site),
    ):
        with pytest.raises(NotVisible):
            call()


def test_a_page_over_several_sites_compares_with_what_any_of_them_chose(site: int) -> None:
    other = Site.objects.create(name="Other").pk
    choose(SYSTEM, site, [JP, UK], PHYSICIST)
    choose(SYSTEM, other, [US, JP], PHYSICIST)
    assert [one.id for one in chosen_in(SYSTEM)] == [JP, UK, US]
    assert [one.id for one in chosen_in(of(other))] == [US, JP]
    assert chosen_in(NOTHING) == ()


def test_an_unverified_set_is_used_when_signed_only_after_the_site_confirmed_it(site: int) -> None:
    choose(SYSTEM, site, [JP, UK], PHYSICIST)
    assert [one.id for one in usable_when_signed(SYSTEM, site)] == [UK]
    batch = confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, PHYSICIST)
    assert [one.id for one in usable_when_signed(SYSTEM, site)] == [JP, UK]
    held = confirmations(SYSTEM, site)[JP]
    assert (held.by, held.grounds) == ("B. Physicist", GROUNDS)
    decisions.undo(SYSTEM, CONFIRMATION, batch, PHYSICIST)
    assert [one.id for one in usable_when_signed(SYSTEM, site)] == [UK]
    assert not ConfirmedLevelSet.objects.exists()


def test_a_site_s_confirmation_is_no_other_site_s(site: int) -> None:
    other = Site.objects.create(name="Other").pk
    confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, PHYSICIST)
    choose(SYSTEM, other, [JP], PHYSICIST)
    assert usable_when_signed(SYSTEM, other) == () and confirmations(SYSTEM, other) == {}


def test_a_second_confirmation_replaces_the_first_and_its_undoing_restores_it(site: int) -> None:
    confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, PHYSICIST)
    batch = confirm(SYSTEM, site, JP, "C. Physicist", "compared with the edition of 2026", PHYSICIST)
    assert confirmations(SYSTEM, site)[JP].by == "C. Physicist"
    decisions.undo(SYSTEM, CONFIRMATION, batch, PHYSICIST)
    assert confirmations(SYSTEM, site)[JP].by == "B. Physicist"


@pytest.mark.parametrize(
    ("key", "by", "grounds", "told"),
    [
        (UK, "B", GROUNDS, "needs no confirmation"),
        ("nowhere", "B", GROUNDS, "There is no set"),
        (JP, " ", GROUNDS, "Say who"),
        (JP, "B", "ok", "Say who"),
        (JP, "B", GROUNDS + "\0", "Say who"),
    ],
)
def test_a_confirmation_says_who_and_on_which_grounds(site: int, key: str, by: str, grounds: str, told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        confirm(SYSTEM, site, key, by, grounds, PHYSICIST)
    assert not Decision.objects.exists()


def test_a_confirmation_lapses_where_a_value_is_another_since(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(SYSTEM, site, [JP], PHYSICIST)
    confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, PHYSICIST)
    changed = tuple(
        replace(one, levels=(replace(one.levels[0], value=1.0), *one.levels[1:])) for one in package.level_sets()
    )
    monkeypatch.setattr(level_sets, "level_sets", lambda: changed)
    assert usable_when_signed(SYSTEM, site) == ()
    row = level_set_rows(SYSTEM, site)[0]
    assert "values changed since: confirm them again" in row.sentence


def test_every_choice_and_confirmation_is_in_the_audit_and_moves_no_exam(site: int) -> None:
    choose(SYSTEM, site, [JP], PHYSICIST)
    confirm(SYSTEM, site, JP, "B. Physicist", GROUNDS, PHYSICIST)
    rows = AuditRow.objects.filter(actor="a.physicist", site=site).order_by("pk")
    assert [row.action for row in rows] == ["levels chosen", "levels confirmed"]
    assert GROUNDS in rows[1].after["holds"]
    assert decisions.mark_outdated(DECISIONS) == 2
    assert not Decision.objects.filter(followed=False).exists()
    assert level_confirmation.CONFIRMATION in DECISIONS


def test_the_list_has_what_is_compared_with_first_in_its_order(site: int) -> None:
    choose(SYSTEM, site, [UK, JP], PHYSICIST)
    rows = level_set_rows(SYSTEM, site)
    assert [(one.key, one.place, one.is_chosen) for one in rows[:3]] == [
        (UK, 1, True),
        (JP, 2, True),
        ("au-arpansa-2018", None, False),
    ]
    assert [one.usable_when_signed for one in rows[:2]] == [True, False]
    assert len(rows) == len(package.level_sets())


def test_a_set_moves_in_the_choice_and_what_is_so_already_stays_so(site: int) -> None:
    choose(SYSTEM, site, [JP, UK, US], PHYSICIST)
    steps = (
        (UK, Move.UP, [UK, JP, US]),
        (UK, Move.UP, [UK, JP, US]),
        (JP, Move.DOWN, [UK, US, JP]),
        (JP, Move.DOWN, [UK, US, JP]),
        (US, Move.REMOVE, [UK, JP]),
        (US, Move.REMOVE, [UK, JP]),
        (US, Move.UP, [UK, JP]),
        (US, Move.ADD, [UK, JP, US]),
        (US, Move.ADD, [UK, JP, US]),
    )
    for key, move, wanted in steps:
        rearrange(SYSTEM, site, key, move, PHYSICIST)
        assert keys(site) == wanted, (key, move)
    assert Decision.objects.count() == 5


def test_the_last_set_is_not_removed_and_sets_that_there_are_not_are_refused(site: int) -> None:
    choose(SYSTEM, site, [JP], PHYSICIST)
    with pytest.raises(UnusableInput, match="the only set"):
        rearrange(SYSTEM, site, JP, Move.REMOVE, PHYSICIST)
    with pytest.raises(UnusableInput, match="There is no set"):
        rearrange(SYSTEM, site, "nowhere", Move.ADD, PHYSICIST)
    with pytest.raises(NotVisible):
        rearrange(NOTHING, site, UK, Move.ADD, PHYSICIST)
    assert keys(site) == [JP]


@given(st.lists(st.tuples(st.sampled_from([JP, UK, US]), st.sampled_from(Move)), max_size=12))
def test_no_sequence_of_moves_doubles_or_loses_a_set(moves: list[tuple[str, Move]]) -> None:
    held = [JP, UK]
    for key, move in moves:
        before, held = held, level_choice.moved(held, key, move)
        assert len(set(held)) == len(held)
        assert set(held) ^ set(before) <= ({key} if move in (Move.ADD, Move.REMOVE) else set())
        assert [one for one in held if one != key] == [one for one in before if one != key]


def test_the_sites_that_may_compare_with_a_set_are_told(site: int) -> None:
    other = Site.objects.create(name="Early").pk
    made = add_own(SYSTEM, site, own(site), PHYSICIST)
    assert sites_with(SYSTEM, JP) == (other, site)
    assert sites_with(SYSTEM, made.id) == (site,)
    for scope, key in ((of(other), made.id), (SYSTEM, "nowhere"), (NOTHING, JP)):
        with pytest.raises(NotVisible):
            sites_with(scope, key)


def test_two_people_who_change_a_choice_at_once_both_get_what_they_asked_for(site: int) -> None:
    choose(SYSTEM, site, [JP, UK], PHYSICIST)
    meanwhile(
        lambda: rearrange(SYSTEM, site, US, Move.ADD, PHYSICIST),
        lambda: rearrange(SYSTEM, site, JP, Move.REMOVE, PHYSICIST),
    )
    assert keys(site) == [UK, US]
