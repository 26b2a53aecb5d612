"""Which rule packs a site goes by, its own, and what it confirmed."""

from dataclasses import replace
from typing import Any

import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import DECISIONS
from doseloop.reference import rule_packs as package
from doseloop.reference.own_rule_pack import from_yaml
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, rule_pack_choice, rule_pack_sets
from doseloop.store.audit import Actor
from doseloop.store.models import AuditRow, ConfirmedRulePack, Decision, Exam, OwnRulePack, Site
from doseloop.store.rule_pack_choice import (
    CHOICE,
    CONFIRMATION,
    choose,
    chosen,
    chosen_in,
    confirm,
    confirmations,
    known_in,
)
from doseloop.store.rule_pack_list import rule_pack_rows
from doseloop.store.rule_pack_sets import add_own, packs_at
from doseloop.store.rules_in_force import confirmed, levels_for, rules_in_force
from tests.facts.made import add_flag, add_part, make_exam, make_procedure, make_scanner
from tests.reference.test_rule_packs import OWN

PHYSICIST = Actor(account=None, name="a.physicist")
DE, UK, NCRP = "de-strlschv-annex-14", "uk-saue", "us-ncrp-168"
GROUNDS = "compared with the printed report, table 4.7"


@pytest.fixture
def site(folder: DataFolder) -> int:
    return Site.objects.create(name="Main").pk


def of(site: int) -> Scope:
    return Scope(sites=frozenset({site}), identity=False, operators=False)


def keys(site: int) -> list[str]:
    return [one.key for one in chosen(SYSTEM, site)]


def test_a_site_that_has_not_chosen_goes_by_no_pack(site: int) -> None:
    assert keys(site) == [] and rules_in_force(SYSTEM, site) is None
    assert len(packs_at(SYSTEM, site)) == 4


def test_a_choice_holds_and_can_be_taken_back(site: int) -> None:
    choose(SYSTEM, site, [DE, UK], PHYSICIST)
    batch = choose(SYSTEM, site, [UK], PHYSICIST)
    assert keys(site) == [UK]
    decisions.undo(SYSTEM, CHOICE, batch, PHYSICIST)
    assert keys(site) == [DE, UK]
    choose(SYSTEM, site, [], PHYSICIST)
    assert keys(site) == [] and rules_in_force(SYSTEM, site) is None


def test_what_there_is_not_and_what_is_named_twice_is_refused(site: int) -> None:
    with pytest.raises(UnusableInput, match="no pack 'de'; there are de-strlschv-annex-14"):
        choose(SYSTEM, site, [UK, "de"], PHYSICIST)
    with pytest.raises(UnusableInput, match="A pack is named twice"):
        choose(SYSTEM, site, [UK, UK], PHYSICIST)
    assert not Decision.objects.exists()


def test_an_unverified_pack_holds_only_once_the_site_has_confirmed_it(site: int) -> None:
    choose(SYSTEM, site, [NCRP, DE], PHYSICIST)
    given = rules_in_force(SYSTEM, site)
    assert given is not None
    pack = given.packs[0]
    assert not confirmed(SYSTEM, given, pack)
    assert [row.rules_in_force for row in rule_pack_rows(SYSTEM, site)[:2]] == [0, 6]
    batch = confirm(SYSTEM, site, NCRP, "B. Physicist", GROUNDS, PHYSICIST)
    assert confirmed(SYSTEM, given, pack)
    row = rule_pack_rows(SYSTEM, site)[0]
    assert (row.rules_in_force, row.confirmed_by, row.lapsed) == (4, "B. Physicist", False)
    assert "chosen, 4 in force, confirmed by B. Physicist on 20" in row.sentence
    decisions.undo(SYSTEM, CONFIRMATION, batch, PHYSICIST)
    assert not confirmed(SYSTEM, given, pack) and not ConfirmedRulePack.objects.exists()


def test_a_confirmation_is_refused_where_nothing_needs_it_or_nobody_says_how(site: int) -> None:
    for key, by, grounds, told in (
        (DE, "B", GROUNDS, "needs no confirmation"), ("x", "B", GROUNDS, "no pack"), (NCRP, " ", GROUNDS, "Say who"),
        (NCRP, "B", "ok", "Say who"),
    ):  # fmt: skip
        with pytest.raises(UnusableInput, match=told):
            confirm(SYSTEM, site, key, by, grounds, PHYSICIST)
    assert not Decision.objects.exists()


def test_a_confirmation_lapses_where_a_rule_is_another_since(site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(SYSTEM, site, [NCRP], PHYSICIST)
    confirm(SYSTEM, site, NCRP, "B. Physicist", GROUNDS, PHYSICIST)
    other = tuple(
        replace(one, rules=(replace(one.rules[0], value=1.0), *one.rules[1:])) for one in package.rule_packs()
    )
    monkeypatch.setattr(rule_pack_sets, "rule_packs", lambda: other)
    row = rule_pack_rows(SYSTEM, site)[0]
    assert (row.lapsed, row.rules_in_force) == (True, 0)
    assert "rules changed since: confirm them again" in row.sentence


def test_a_site_s_own_pack_is_added_once_and_no_other_site_s(site: int) -> None:
    other = Site.objects.create(name="Other").pk
    made = add_own(of(site), site, from_yaml(site, "A", OWN), PHYSICIST)
    assert packs_at(of(site), site)[0] == made
    assert made.key not in {one.key for one in known_in(of(other))}
    with pytest.raises(UnusableInput, match="There is a pack own-"):
        add_own(SYSTEM, site, from_yaml(site, "A", OWN), PHYSICIST)
    with pytest.raises(UnusableInput, match="no pack"):
        choose(SYSTEM, other, [made.key], PHYSICIST)
    for call in (
        lambda: packs_at(of(other), site), lambda: choose(of(other), site, [UK], PHYSICIST),
        lambda: add_own(of(other), site, from_yaml(site, "A", OWN), PHYSICIST),
        lambda: confirm(of(other), site, NCRP, "B", GROUNDS, PHYSICIST), lambda: confirmations(NOTHING, site),
        lambda: rule_pack_rows(of(other), site),
    ):  # fmt: skip
        with pytest.raises(NotVisible):
            call()
    assert rules_in_force(of(other), site) is None
    assert OwnRulePack.objects.count() == 1
    row = AuditRow.objects.get(action="rules imported")
    assert (row.actor, row.site_id, row.after["rules"], row.after["author"]) == ("a.physicist", site, 1, "A")


def test_an_own_pack_is_in_force_where_chosen(site: int) -> None:
    made = add_own(SYSTEM, site, from_yaml(site, "A", OWN), PHYSICIST)
    choose(SYSTEM, site, [made.key], PHYSICIST)
    given = rules_in_force(SYSTEM, site)
    assert given is not None and given.packs == (made,)


def test_a_page_over_several_sites_has_the_packs_of_each(site: int) -> None:
    other = Site.objects.create(name="Other").pk
    choose(SYSTEM, site, [UK], PHYSICIST)
    choose(SYSTEM, other, [DE, UK], PHYSICIST)
    assert [one.key for one in chosen_in(SYSTEM)] == [UK, DE]
    assert [one.key for one in chosen_in(of(other))] == [DE, UK]
    assert chosen_in(NOTHING) == () == known_in(NOTHING)


def test_levels_come_from_the_chosen_sets_those_of_the_pack_s_country_first(site: int) -> None:
    from doseloop.store.level_choice import choose as choose_levels

    choose(SYSTEM, site, [DE], PHYSICIST)
    given = rules_in_force(SYSTEM, site)
    assert given is not None and given.level_sets is None
    countries = {source.country for rows in levels_for(given, given.packs[0]).values() for _, source in rows}
    assert countries == {"DE"}
    choose_levels(SYSTEM, site, ["uk-ukhsa-ndrl-2024", "de-bfs-2022"], PHYSICIST)
    given = rules_in_force(SYSTEM, site)
    assert given is not None and given.level_sets == ("uk-ukhsa-ndrl-2024", "de-bfs-2022")
    levels = levels_for(given, given.packs[0])
    assert [source.country for _, source in levels["ct-chest", "dlp_mgy_cm"]] == ["GB"]


def test_a_choice_moves_the_exams_that_a_rule_may_be_met_by_and_no_others(site: int) -> None:
    scanner = make_scanner(Site.objects.get(pk=site))
    moved = {name: make_exam(scanner) for name in ("beyond", "at", "below", "flagged")}
    for name, value in (("beyond", 130.0), ("at", 80.0), ("below", 79.9), ("flagged", 1.0)):
        add_part(moved[name], make_procedure(), ctdi_vol_mgy=value)
    flag = add_flag(moved["flagged"])
    flag.rule = "rule-pack"
    flag.save()
    elsewhere = make_exam(make_scanner(Site.objects.create(name="Other"), "CT 9"))
    add_part(elsewhere, ctdi_vol_mgy=130.0)
    batch = choose(SYSTEM, site, [DE], PHYSICIST)
    assert outdated() == {moved[name].pk for name in ("beyond", "at", "flagged")}
    Exam.objects.update(outdated=False)
    decisions.undo(SYSTEM, CHOICE, batch, PHYSICIST)
    assert outdated() == {moved[name].pk for name in ("beyond", "at", "flagged")}


def outdated() -> set[int]:
    while decisions.mark_outdated(DECISIONS):
        pass
    return set(Exam.objects.filter(outdated=True).values_list("pk", flat=True))


def test_every_choice_and_confirmation_is_in_the_audit(site: int) -> None:
    choose(SYSTEM, site, [NCRP], PHYSICIST)
    confirm(SYSTEM, site, NCRP, "B. Physicist", GROUNDS, PHYSICIST)
    rows: Any = AuditRow.objects.filter(actor="a.physicist", site=site).order_by("pk")
    assert [row.action for row in rows] == ["rules chosen", "rules confirmed"]
    assert GROUNDS in rows[1].after["holds"]
    assert {rule_pack_choice.CHOICE, rule_pack_choice.CONFIRMATION} <= set(DECISIONS)
