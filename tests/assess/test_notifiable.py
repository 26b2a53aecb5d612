"""Whether a rule is met: both sides of every threshold of every pack, made from the data, and what is missing where nothing is."""

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.assess.notifiable import Event, answer, answers, exactly, reaches
from doseloop.assess.rule_words import own_threshold_said, threshold_said, validity_said, value_said
from doseloop.model.rule_pack import Rule, RulePack
from doseloop.reference.rule_packs import rule_packs
from tests.assess.events import event_for, without

PACKS = {one.key: one for one in rule_packs()}
UK, DE = PACKS["uk-saue"], PACKS["de-strlschv-annex-14"]
EVERY = [pytest.param(pack, rule, id=rule.id) for pack in PACKS.values() for rule in pack.rules]
COUNTED = [pytest.param(*one.values, id=one.id) for one in EVERY if one.values[1].value is not None]  # type: ignore[union-attr]
BOUNDS = ("intended_at_least_msv", "intended_above_msv", "intended_at_most_msv", "intended_below_msv")


def rule(pack: RulePack, key: str) -> Rule:
    return next(one for one in pack.rules if one.id == key)


def outcome(pack: RulePack, one: Rule, event: Event) -> str:
    return answer(event, pack, one).outcome


def of(key: str, **given: Any) -> str:
    """The outcome of a British rule in 2026."""
    values = given.pop("values", {})
    return outcome(UK, rule(UK, key), Event(on=date(2026, 1, 5), values=values, **given))


@pytest.mark.parametrize(("pack", "one"), COUNTED)
def test_both_sides_of_every_threshold(pack: RulePack, one: Rule) -> None:
    assert one.value is not None
    below, above = math.nextafter(one.value, -math.inf), math.nextafter(one.value, math.inf)
    assert outcome(pack, one, event_for(pack, one, below)) == "not met"
    assert outcome(pack, one, event_for(pack, one)) == ("met" if one.operator == ">=" else "not met")
    assert outcome(pack, one, event_for(pack, one, above)) == "met"


@pytest.mark.parametrize(("pack", "one"), EVERY)
def test_the_first_and_the_last_day_of_every_rule(pack: RulePack, one: Rule) -> None:
    event = event_for(pack, one, (one.value or 0) + 1)
    assert outcome(pack, one, event) == "met"
    first, ended = pack.bounds_of(one)
    for day, holds in (
        (first, True), (first and first - timedelta(days=1), False), (ended and ended - timedelta(days=1), True), (ended, False),
    ):  # fmt: skip
        if day is not None:
            assert (outcome(pack, one, replace(event, on=day)) == "met") is holds, day
            assert holds or outcome(pack, one, replace(event, on=day)) == "not in force"


@pytest.mark.parametrize(("pack", "one"), EVERY)
@pytest.mark.parametrize("bound", BOUNDS)
def test_both_sides_of_every_bound_of_the_intended_dose(pack: RulePack, one: Rule, bound: str) -> None:
    edge = getattr(one, bound)
    if edge is None:
        return
    low, holds_itself = bound in BOUNDS[:2], "at" in bound
    event = event_for(pack, one, 1e6)

    def at(intended: float) -> str:
        return outcome(pack, one, replace(event, values={"intended_msv": intended, "effective_dose_msv": 1e6}))

    inside, outside = (
        math.nextafter(edge, math.inf if low else -math.inf),
        math.nextafter(edge, -math.inf if low else math.inf),
    )
    assert (at(inside), at(outside)) == ("met", "for others")
    assert at(edge) == ("met" if holds_itself else "for others")


@pytest.mark.parametrize(("pack", "one"), EVERY)
def test_a_rule_is_not_for_an_event_of_another_kind_and_asks_where_the_kind_is_not_known(
    pack: RulePack, one: Rule
) -> None:
    event = event_for(pack, one, (one.value or 0) + 1)
    narrowed = [name for name in ("region", "patient", "exposure") if getattr(one, name)]
    narrowed += ["domain"] * bool(one.domains) + ["nation"] * bool(one.nations) + [*one.facts, *one.without]
    for name in narrowed:
        said = answer(without(event, name), pack, one)
        assert said.outcome == "not enough known" and len(said.missing) == 1, name
    for facts, wrong in ((one.facts, False), (one.without, True)):
        for fact in facts:
            assert outcome(pack, one, replace(event, facts={**event.facts, fact: wrong})) == "for others"
    if one.domains and "NM" not in one.domains:
        assert outcome(pack, one, replace(event, domain="NM")) == "for others"


@pytest.mark.parametrize(("pack", "one"), COUNTED)
def test_without_its_value_a_rule_says_what_is_missing(pack: RulePack, one: Rule) -> None:
    event = event_for(pack, one)
    kept = {key: value for key, value in event.values.items() if key in ("intended_msv", "exam_to_level")}
    said = answer(replace(event, values=kept), pack, one)
    assert (said.outcome, said.computed, len(said.missing)) == ("not enough known", None, 1)


def test_decimals_count_as_they_are_written() -> None:
    assert 3.3 / 0.33 < 10
    for intended, delivered in ((0.33, 3.3), (0.56, 5.6), (0.66, 6.6), (0.3, 3.0)):
        unintended = {"intended_msv": intended, "effective_dose_msv": delivered}
        assert of("uk-saue-2.2", exposure="unintended", values=unintended) == "met", intended


def test_the_british_codes_agree_where_their_intended_doses_meet() -> None:
    for intended, delivered, codes in (
        (0.3, 3.0, ("2.2",)), (2.5, 25.0, ("2.3",)), (10.0, 25.0, ("2.3",)), (10.0, math.nextafter(25, 0), ()),
        (2.5, math.nextafter(25, 0), ()), (math.nextafter(10, 11), 25.0, ()),
    ):  # fmt: skip
        event = Event(date(2026, 1, 5), "CT", patient="adult", exposure="unintended", nation="GB-ENG",
                      values={"intended_msv": intended, "effective_dose_msv": delivered})  # fmt: skip
        met = [one.rule.code for one in answers(event, UK) if one.outcome == "met"]
        assert met == list(codes), (intended, delivered)


def test_the_nations_differ_in_accidental_exposures() -> None:
    small = {"effective_dose_msv": 0.02}
    assert of("uk-saue-1-other", exposure="accidental", nation="GB-SCT", values=small) == "met"
    assert of("uk-saue-1-other", exposure="accidental", nation="GB-ENG", values=small) == "for others"
    assert of("uk-saue-1-adult", exposure="accidental", nation="GB-ENG", patient="adult", values=small) == "not met"
    assert (
        of("uk-saue-1-other", exposure="accidental", nation="GB-WLS", values={"effective_dose_msv": 0.0}) == "not met"
    )


def test_a_child_is_notified_from_a_lower_dose_than_an_adult() -> None:
    given = {"exposure": "unintended", "values": {"intended_msv": 0.02, "effective_dose_msv": 1.0}}
    assert of("uk-saue-2.1-child", patient="child", **given) == "met"
    assert of("uk-saue-2.1-adult", patient="adult", **given) == "not met"
    assert of("uk-saue-2.1-child", **given) == "not enough known"
    assert of("uk-saue-2.1-adult", **given) == "not met"


def test_a_day_decides_which_version_of_a_rule_holds() -> None:
    for on, expected in ((date(2022, 3, 1), ["uk-saue-fetal-2020"]), (date(2024, 3, 1), [])):
        event = Event(on, facts={"pregnancy enquiry failed": True}, values={"fetal_dose_mgy": 5.0})
        assert [one.rule.id for one in answers(event, UK) if one.outcome == "met"] == expected
    later = Event(date(2024, 3, 1), values={"fetal_dose_mgy": 12.0})
    assert [one.rule.id for one in answers(later, UK) if one.outcome == "met"] == ["uk-csaue-fetal"]


def test_without_a_day_the_rules_that_hold_still_are_taken_and_old_ones_ask_for_it() -> None:
    event = Event(facts={"pregnancy enquiry failed": True}, values={"fetal_dose_mgy": 12.0})
    found = {one.rule.id: one for one in answers(event, UK)}
    assert found["uk-csaue-fetal"].outcome == "met"
    assert found["uk-saue-fetal-2020"].missing == ("the date of the event",)


def test_an_intended_dose_of_nothing_has_no_multiple_and_an_excess() -> None:
    accidental = {"intended_msv": 0.0, "effective_dose_msv": 30.0}
    one = replace(rule(UK, "uk-saue-2.2"), intended_at_least_msv=None)
    event = Event(date(2026, 1, 5), exposure="unintended", values=accidental)
    assert answer(event, UK, one).missing == ("an intended dose above 0",)
    nm = Event(date(2026, 1, 5), "NM", values=accidental)
    assert outcome(DE, rule(DE, "de-strlschv-a14-nm-e"), nm) == "met"


def test_a_mean_is_looked_at_only_once_one_exam_was_far_beyond() -> None:
    group = rule(DE, "de-strlschv-a14-group")
    event = event_for(DE, group, 5.0)
    assert outcome(DE, group, event) == "met"
    assert outcome(DE, group, replace(event, values={"exam_to_level": 3.0, "mean_to_level": 5.0})) == "for others"
    assert (
        outcome(DE, group, replace(event, values={"exam_to_level": math.nextafter(3, 4), "mean_to_level": 5.0}))
        == "met"
    )


DOSES = st.floats(0, 60, allow_nan=False)
EVENTS = st.builds(
    Event,
    on=st.sampled_from([date(2019, 1, 1), date(2021, 6, 1), date(2026, 1, 5)]),
    domain=st.sampled_from([None, "CT", "fluoroscopy", "NM"]),
    region=st.sampled_from([None, "brain", "other"]),
    patient=st.sampled_from([None, "adult", "child"]),
    exposure=st.sampled_from([None, "accidental", "unintended"]),
    nation=st.sampled_from([None, "GB-ENG", "GB-SCT"]),
    facts=st.dictionaries(
        st.sampled_from(["intervention", "tissue reaction", "pregnancy enquiry failed"]), st.booleans()
    ),
    values=st.dictionaries(
        st.sampled_from(
            ["intended_msv", "effective_dose_msv", "ctdi_vol_mgy", "dap_gy_cm2", "fetal_dose_mgy", "mean_to_level"]
        ),
        DOSES,
    ),
)
SETTLED = {"met", "not met", "for others", "not in force"}


@given(EVENTS, st.data())
def test_forgetting_something_never_turns_an_answer_into_its_opposite(event: Event, data: st.DataObject) -> None:
    names = ["domain", "region", "patient", "exposure", "nation", *event.facts, *event.values]
    less = without(event, data.draw(st.sampled_from(names)))
    for pack in PACKS.values():
        for known, unknown in zip(answers(event, pack), answers(less, pack), strict=True):
            assert (known.outcome == "met") >= (unknown.outcome == "met")
            if known.outcome == "met":
                assert unknown.outcome in ("met", "not enough known")
            assert (unknown.outcome == "not enough known") == bool(unknown.missing)


@given(EVENTS, st.floats(0, 20))
def test_a_greater_value_never_ends_a_verdict(event: Event, more: float) -> None:
    for key in ("ctdi_vol_mgy", "dap_gy_cm2", "fetal_dose_mgy", "mean_to_level", "effective_dose_msv"):
        if key in event.values:
            greater = replace(event, values={**event.values, key: event.values[key] + more})
            for pack in PACKS.values():
                for before, after in zip(answers(event, pack), answers(greater, pack), strict=True):
                    assert before.outcome != "met" or after.outcome == "met"


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_strict_and_not_strict_differ_in_equality_alone(value: float, threshold: float) -> None:
    assert reaches(value, ">=", threshold) == (reaches(value, ">", threshold) or exactly(value) == exactly(threshold))


def test_thresholds_are_said_as_the_source_has_them() -> None:
    assert threshold_said(rule(DE, "de-strlschv-a14-fluoro")) == "more than 20000 cGy·cm²"
    assert own_threshold_said(rule(DE, "de-strlschv-a14-fluoro")) == "200 Gy·cm²"
    assert threshold_said(rule(DE, "de-strlschv-a14-group")) == "more than 100 % beyond the reference level"
    assert own_threshold_said(rule(UK, "uk-saue-2.2")) == ""
    assert threshold_said(rule(UK, "uk-saue-2.2")) == "10 times or more"
    assert threshold_said(rule(UK, "uk-saue-reaction-2023")) == "observed"
    assert value_said("ctdi_vol_mgy", 80.00000000000001, 80.0) == "80.00000000000001 mGy"
    assert value_said("ctdi_vol_mgy", 91.26, 80.0) == "91.3 mGy"
    assert validity_said(UK, rule(UK, "uk-saue-ir-ldrl")) == "2020-08-01 until 2023-05-16"
    assert validity_said(DE, rule(DE, "de-strlschv-a14-fluoro")) == "since 2018-12-31"
