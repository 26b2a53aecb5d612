"""A site switches a rule and sets it: exams are judged so, live and anew, and no verdict of a person is touched."""

import pytest

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.assess.high_dose import HighDoseSettings
from doseloop.assess.registry import RULES
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.flag import Finding
from doseloop.pipeline import DECISIONS, judge
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, findings, flags, rule_settings
from doseloop.store.audit import COMMAND
from doseloop.store.findings import ExamFinding
from doseloop.store.models import AuditRow, Exam, Flag, RuleSetting, Scanner
from doseloop.store.rule_changes import SETTING, decide, history, said
from tests.facts.made import make_scanner, make_site
from tests.history import give_exams, judge_all

ORDINARY = [100.0 + 3 * (number % 9) for number in range(30)]


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site())


def states(rule: str = "high-dose") -> list[str]:
    return list(Flag.objects.filter(rule=rule).order_by("exam__started_at").values_list("state", flat=True))


def follow() -> None:
    """Judge what decisions have moved, as the worker does."""
    while decisions.mark_outdated(DECISIONS):
        pass
    for key in Exam.objects.filter(outdated=True).order_by("started_at").values_list("pk", flat=True):
        judge(key)
        Exam.objects.filter(pk=key).update(outdated=False)


def test_an_exam_is_judged_by_the_settings_of_its_own_site(scanner: Scanner) -> None:
    other = make_scanner(make_site("South"), "CT 9")
    decide(SYSTEM, scanner.site_id, "high-dose", {"min_factor": 4.0}, COMMAND, is_on=True)
    for one in (scanner, other):
        give_exams(one, [*ORDINARY, 330.0, 460.0])
    judge_all()
    assert [flag.site_id for flag in Flag.objects.order_by("exam")] == [scanner.site_id, other.site_id, other.site_id]


def test_a_rule_that_is_switched_off_flags_nothing_and_others_go_on(scanner: Scanner) -> None:
    decide(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND, is_on=False)
    decide(SYSTEM, scanner.site_id, "new-name", {"least_exams": 10}, COMMAND, is_on=True)
    give_exams(scanner, [*ORDINARY, 460.0])
    judge_all()
    assert states() == []
    assert rule_settings.of_exam(Exam.objects.first().pk).of(RULES["new-name"]).settings.least_exams == 10  # type: ignore[union-attr]


def test_switching_off_withdraws_open_flags_and_leaves_verdicts_and_switching_on_brings_them_back(
    scanner: Scanner,
) -> None:
    give_exams(scanner, [*ORDINARY, 460.0, 470.0])
    judge_all()
    aside = Flag.objects.order_by("pk").first()
    assert aside is not None
    flags.set_aside(SYSTEM, aside.pk, "clinically justified", "", COMMAND)
    batch = decide(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND, is_on=False)
    follow()
    assert states() == ["set aside", "withdrawn"]
    decisions.undo(SYSTEM, SETTING, batch, COMMAND)
    follow()
    assert states() == ["set aside", "open"]
    aside.refresh_from_db()
    assert (aside.verdict, aside.judged_at is not None) == ("clinically justified", True)


def test_a_stricter_setting_withdraws_what_it_would_not_raise(scanner: Scanner) -> None:
    give_exams(scanner, [*ORDINARY, 330.0, 460.0])
    judge_all()
    decide(SYSTEM, scanner.site_id, "high-dose", {"min_factor": 3.5}, COMMAND, is_on=True)
    follow()
    assert states() == ["withdrawn", "open"]


def test_a_rule_about_a_scanner_that_is_switched_off_is_withdrawn_and_stays_so(scanner: Scanner) -> None:
    found = ExamFinding(Finding("silent-scanner", "1", f"scanner {scanner.pk}", "since", "Nothing came."))
    findings.apply_to_scanner(scanner.pk, "silent-scanner", [found])
    assert states("silent-scanner") == ["open"]
    decide(SYSTEM, scanner.site_id, "silent-scanner", {}, COMMAND, is_on=False)
    assert states("silent-scanner") == ["withdrawn"]
    findings.apply_to_scanner(scanner.pk, "silent-scanner", [found])
    assert states("silent-scanner") == ["withdrawn"]


def test_a_decision_stands_in_the_history_and_in_the_audit_and_back_to_the_default_leaves_no_row(
    scanner: Scanner,
) -> None:
    site = scanner.site_id
    decide(SYSTEM, site, "high-dose", {"min_factor": 3.0, "min_n": 20}, COMMAND, is_on=True)
    decide(SYSTEM, site, "high-dose", {}, COMMAND, is_on=True)
    newest, first = history(SYSTEM, site, "high-dose")
    assert said("high-dose", first.changes[0].after) == "on, Least factor: 3 times"
    assert said("high-dose", newest.changes[0].after) == "as by default"
    assert newest.changes[0].before == first.changes[0].after
    assert (
        list(AuditRow.objects.filter(action="rule set").values_list("subject", "site"))
        == [("rule setting high-dose", site)] * 2
    )
    assert not RuleSetting.objects.exists()


def test_what_holds_already_is_no_decision(scanner: Scanner) -> None:
    assert decide(SYSTEM, scanner.site_id, "high-dose", {"min_factor": 2.0}, COMMAND, is_on=True) == ""
    assert history(SYSTEM, scanner.site_id, "high-dose") == ()


@pytest.mark.parametrize(
    ("rule", "values", "is_on", "told"),
    [
        ("no-such-rule", {}, True, "There is no rule"),
        ("rule-pack", {}, False, "has no switch"),
        ("same-event", {"min_n": 20}, True, "has no settings"),
        ("high-dose", {"min_factor": 100}, True, "Least factor"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    scanner: Scanner, rule: str, values: dict[str, float], is_on: bool, told: str
) -> None:
    with pytest.raises(UnusableInput, match=told):
        decide(SYSTEM, scanner.site_id, rule, values, COMMAND, is_on=is_on)
    assert not RuleSetting.objects.exists()


def test_nobody_decides_or_looks_outside_the_scope(scanner: Scanner) -> None:
    with pytest.raises(NotVisible):
        decide(NOTHING, scanner.site_id, "high-dose", {}, COMMAND, is_on=False)
    with pytest.raises(NotVisible):
        rule_settings.of_site(NOTHING, scanner.site_id)


def test_a_value_that_this_version_does_not_take_is_as_by_default(scanner: Scanner) -> None:
    held = {"min_factor": 99.0, "gone": 1, "min_n": 30}
    RuleSetting.objects.create(site=scanner.site, rule="high-dose", is_on=True, values=held)
    RuleSetting.objects.create(site=scanner.site, rule="no-rule", is_on=True, values={})
    decided = rule_settings.of_site(SYSTEM, scanner.site_id)
    assert decided.of(RULES["high-dose"]).settings == HighDoseSettings(min_n=30)
    assert set(decided.by_rule) == {"high-dose"}
