"""A try goes from the page or the command to the worker and back, also through its death."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.roles import replay_tasks
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.task_runner import work_off
from doseloop.store import flags, rule_changes, rule_replays, tasks
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Flag, RuleReplay, Scanner
from tests.facts.made import make_scanner, make_site
from tests.history import give_exams, judge_all


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    made = make_scanner(make_site())
    give_exams(made, [*(100.0 + 3 * (number % 9) for number in range(40)), 330.0, 345.0, 900.0])
    return made


def strike() -> None:
    """The worker's clock strikes, and all that waits is worked off."""
    replay_tasks.enqueue_waiting()
    work_off("worker-1")


def newest(scanner: Scanner, rule: str = "high-dose") -> rule_replays.Tried:
    return rule_replays.tries(SYSTEM, scanner.site_id, rule)[0]


def test_a_try_is_done_by_the_worker_and_kept_with_what_it_came_to(scanner: Scanner) -> None:
    key = rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {"min_factor": 4.0, "sure_factor": 4.0}, COMMAND)
    assert newest(scanner).state == "waiting"
    strike()
    done = newest(scanner)
    assert (done.key, done.state, done.exams, done.looked_at) == (key, "done", 43, 43)
    assert done.budget is not None
    assert (done.budget.flags, done.budget.lost.flags) == (1, 2)
    assert done.values == {"min_factor": 4.0, "sure_factor": 4.0}
    assert not Flag.objects.exists()
    assert AuditRow.objects.get(action="rule tried").after == {"values": {"min_factor": 4.0, "sure_factor": 4.0}}


def test_what_is_compared_with_is_how_the_rule_runs_at_the_site_today(scanner: Scanner) -> None:
    rule_changes.decide(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND, is_on=False)
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    strike()
    budget = newest(scanner).budget
    assert budget is not None
    assert (budget.lost.flags, budget.gained.flags) == (0, budget.flags)


def test_a_setting_is_sought_for_a_reason_that_comes_back(scanner: Scanner) -> None:
    judge_all()
    for flag in Flag.objects.filter(rule="high-dose", evidence__factor__lt=4):
        flags.set_aside(SYSTEM, flag.pk, "clinically justified", "", COMMAND)
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND, reason="clinically justified")
    rule_replays.ask(SYSTEM, scanner.site_id, "wrong-protocol", {}, COMMAND, reason="phantom or test")
    strike()
    found, none = newest(scanner), newest(scanner, "wrong-protocol")
    assert (
        found.said == "It spares 2 of 2 flags that were set aside with this reason, and loses 0 of 0 that became cases."
    )
    assert found.values and found.budget is not None
    assert found.budget.lost.flags == 2
    assert (none.state, none.budget, none.said) == (
        "done", None, "No setting of this rule would have spared flags with this reason.",
    )  # fmt: skip


def test_the_same_is_asked_for_once_and_another_waits_its_turn(scanner: Scanner) -> None:
    site = scanner.site_id
    key = rule_replays.ask(SYSTEM, site, "high-dose", {}, COMMAND)
    assert rule_replays.ask(SYSTEM, site, "high-dose", {}, COMMAND) == key
    with pytest.raises(UnusableInput, match="is being tried already"):
        rule_replays.ask(SYSTEM, site, "high-dose", {"min_factor": 3.0}, COMMAND)


def test_a_try_that_is_stopped_is_gone_and_its_task_ends_by_itself(scanner: Scanner) -> None:
    key = rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    replay_tasks.enqueue_waiting()
    assert rule_replays.stop(SYSTEM, key) == (scanner.site_id, "high-dose")
    work_off("worker-1")
    assert not RuleReplay.objects.exists()
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"
    with pytest.raises(NotVisible):
        rule_replays.stop(SYSTEM, key)


def test_a_try_is_begun_again_where_its_worker_died(scanner: Scanner) -> None:
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    replay_tasks.enqueue_waiting()
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["worker-1"])
    RuleReplay.objects.update(looked_at=20, exams=43)
    assert tasks.give_back("worker-1") == 1
    work_off("worker-1")
    assert newest(scanner).state == "done"


def test_a_try_that_fails_says_so_and_another_may_follow(scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    with monkeypatch.context() as broken:
        broken.setattr(replay_tasks, "trial", lambda *given: 1 / 0)
        strike()
    assert (newest(scanner).state, newest(scanner).said) == (
        "failed",
        "It failed (ZeroDivisionError); the log has where.",
    )
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    strike()
    assert newest(scanner).state == "done"


def test_a_try_of_which_nothing_is_heard_ends_as_failed(scanner: Scanner) -> None:
    rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    RuleReplay.objects.update(state="running", asked_at=timezone.now() - timedelta(hours=7))
    replay_tasks.enqueue_waiting()
    assert newest(scanner).state == "failed"


def test_only_the_latest_few_are_kept(scanner: Scanner) -> None:
    for number in range(8):
        rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {"min_factor": 2.0 + number / 4}, COMMAND)
        RuleReplay.objects.update(state="done")
    held = rule_replays.tries(SYSTEM, scanner.site_id, "high-dose")
    assert [one.values["min_factor"] for one in held] == [3.75, 3.5, 3.25, 3.0, 2.75]


@pytest.mark.parametrize(
    ("rule", "values", "reason", "told"),
    [
        ("silent-scanner", {}, "", "cannot be tried"),
        ("high-dose", {"min_factor": 0}, "", "Least factor"),
        ("high-dose", {}, "because", "Choose a reason"),
        ("same-event", {}, "phantom or test", "Choose a reason"),
        ("no-rule", {}, "", "There is no rule"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    scanner: Scanner, rule: str, values: dict[str, float], reason: str, told: str
) -> None:
    with pytest.raises(UnusableInput, match=told):
        rule_replays.ask(SYSTEM, scanner.site_id, rule, values, COMMAND, reason)


def test_tries_are_those_of_the_sites_that_one_sees(scanner: Scanner) -> None:
    key = rule_replays.ask(SYSTEM, scanner.site_id, "high-dose", {}, COMMAND)
    assert rule_replays.tries(NOTHING, scanner.site_id, "high-dose") == ()
    for refused in (rule_replays.tried, rule_replays.stop):
        with pytest.raises(NotVisible):
            refused(NOTHING, key)
    with pytest.raises(NotVisible):
        rule_replays.ask(NOTHING, scanner.site_id, "high-dose", {}, COMMAND)
