"""Rules as pages: what each costs, trying one over the history, and deciding about it."""

from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import RULES
from doseloop.roles import replay_tasks
from doseloop.store import rule_replays, rule_settings
from doseloop.store.models import AuditRow, Exam, RuleReplay, Scanner
from tests.store.drifting import doses, give
from tests.web.record import Department

FORM = {
    "min_n": "10",
    "last_n": "200",
    "own_scanner_n": "40",
    "false_flags": "2200",
    "min_factor": "1.3",
    "sure_factor": "1.3",
}


def tried(signed_in: Any, department: Department) -> rule_replays.Tried:
    """A try asked for by the form, and worked off."""
    site = department.site.pk
    assert signed_in("physicist").post(f"/rules/{site}/high-dose/try", FORM).status_code == 302
    (one,) = rule_replays.tries(SYSTEM, site, "high-dose")
    assert rule_replays.take(one.key)
    replay_tasks.try_rule.call(one.key)
    return rule_replays.tried(SYSTEM, one.key)


def test_the_list_has_every_rule_with_what_it_cannot_see(department: Department, signed_in: Any) -> None:
    text = signed_in("viewer").get("/rules/").content.decode()
    for rule in RULES.values():
        assert rule.title in text
    assert text.count("Cannot see:") == len(RULES)


def test_what_was_tried_is_shown_with_its_exams_and_whom_it_showed_is_noted(
    department: Department, signed_in: Any
) -> None:
    done = tried(signed_in, department)
    assert done.budget is not None and done.budget.flags > 0
    before = AuditRow.objects.count()
    text = signed_in("viewer").get(f"/rules/high-dose/?site={department.site.pk}").content.decode()
    examples = {one.exam for one in done.budget.examples}
    assert all(f"/exams/{exam}/" in text for exam in examples)
    noted = AuditRow.objects.filter(pk__gt=before, action="saw").values_list("patient_key", flat=True)
    assert set(noted) == set(Exam.objects.filter(pk__in=examples).values_list("patient_id", flat=True))


def test_an_example_that_is_no_longer_at_the_site_is_not_shown(department: Department, signed_in: Any) -> None:
    done = tried(signed_in, department)
    assert done.budget is not None
    gone = done.budget.examples[0].exam
    Exam.objects.filter(pk=gone).update(site=department.other_site)
    text = signed_in("viewer").get(f"/rules/high-dose/?site={department.site.pk}").content.decode()
    assert f"/exams/{gone}/" not in text


def test_a_rule_is_set_switched_off_and_given_back(department: Department, signed_in: Any) -> None:
    client, site = signed_in("physicist"), department.site.pk
    address = f"/rules/{site}/high-dose/decide"

    def held() -> rule_settings.InForce:
        return rule_settings.of_site(SYSTEM, site).of(RULES["high-dose"])

    client.post(address, {**FORM, "act": "on"})
    assert (held().is_on, held().settings.min_factor) == (True, 1.3)
    client.post(address, {"act": "off"})
    assert (held().is_on, held().settings.min_factor) == (False, 1.3)
    text = client.get(f"/rules/high-dose/?site={site}").content.decode()
    assert "on, Earlier exams at least: 10 exams" in text
    client.post(address, {"act": "default"})
    assert (held().is_on, held().settings) == (True, RULES["high-dose"].default)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**FORM, "act": "on", "min_factor": "100"}, "Least factor: give a number from 1.2 to 10."),
        ({"act": "on"}, "Least factor: give a number"),
        ({**FORM, "act": "perhaps"}, "Say whether the rule is to be on"),
    ],
)
def test_what_cannot_be_set_is_told_and_nothing_changes(
    department: Department, signed_in: Any, given: dict[str, str], told: str
) -> None:
    found = signed_in("physicist").post(f"/rules/{department.site.pk}/high-dose/decide", given)
    assert found.status_code == 400
    assert told in found.content.decode()
    assert not rule_settings.of_site(SYSTEM, department.site.pk).by_rule


def test_a_box_that_is_not_ticked_is_no(department: Department, signed_in: Any) -> None:
    site = department.site.pk
    signed_in("physicist").post(f"/rules/{site}/wrong-protocol/decide", {"act": "on", "age": "yes", "region": "yes"})
    settings = rule_settings.of_site(SYSTEM, site).of(RULES["wrong-protocol"]).settings
    assert (settings.age, settings.region, settings.phantom, settings.contrast) == (True, True, False, False)


def test_a_try_that_is_under_way_is_stopped(department: Department, signed_in: Any) -> None:
    client, site = signed_in("physicist"), department.site.pk
    client.post(f"/rules/{site}/same-event/try")
    assert "It begins within moments" in client.get(f"/rules/same-event/?site={site}").content.decode()
    client.post(f"/rules/{site}/same-event/stop")
    assert not RuleReplay.objects.exists()


def test_a_rule_that_is_not_there_and_a_site_that_is_not_one_s_own_are_not_shown(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    assert client.get("/rules/no-rule/").status_code == 404
    assert client.get(f"/rules/high-dose/?site={department.other_site.pk}").status_code == 400
    assert client.post(f"/rules/{department.other_site.pk}/high-dose/try", FORM).status_code == 404


def test_a_rule_of_series_is_tried_and_its_examples_lead_to_the_scanner(department: Department, signed_in: Any) -> None:
    scanner, client = Scanner.objects.get(pk=department.scanner), signed_in("physicist")
    assert "on each day of a year on which it would have looked" in client.get("/rules/drift/").content.decode()
    give(scanner, doses(220, 1.3))
    client.post(f"/rules/{scanner.site_id}/drift/try")
    (one,) = rule_replays.tries(SYSTEM, scanner.site_id, "drift")
    assert rule_replays.take(one.key)
    rule_replays.note_progress(one.key, 7, 366)
    assert "7 of 366 looks were made" in client.get("/rules/drift/").content.decode()
    replay_tasks.try_rule.call(one.key)
    text = client.get("/rules/drift/").content.decode()
    assert f'<a href="/scanners/{scanner.pk}/">{scanner.name}</a>' in text
    assert "what was usual, since about 17 January 2026" in text and ", looked at " in text


def test_a_rule_that_cannot_be_tried_says_why(department: Department, signed_in: Any) -> None:
    text = signed_in("physicist").get("/rules/silent-scanner/").content.decode()
    assert RULES["silent-scanner"].not_replayed in text and "Try it over the history" not in text
