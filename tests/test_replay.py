"""A rule tried over history finds what it flagged live, writes nothing, and says what other settings would change."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.assess.high_dose import HighDoseSettings
from doseloop.assess.registry import RULES
from doseloop.assess.replayed import Budget
from doseloop.assess.share import Share
from doseloop.judgement import JUDGES
from doseloop.model.errors import NotVisible
from doseloop.replay import Replay
from doseloop.roles.data_folder import DataFolder
from doseloop.rule_suggestion import candidates, suggested
from doseloop.store import case_opening, flags, judged_flags, replay_history
from doseloop.store.audit import COMMAND
from doseloop.store.models import Exam, Flag, Scanner
from doseloop.store.rule_settings import InForce
from tests.facts.made import make_scanner, make_site
from tests.history import give_exams, judge_all

HIGH_DOSE = RULES["high-dose"]
TODAY = InForce(True, HighDoseSettings())


@pytest.fixture
def scanner(folder: DataFolder) -> Scanner:
    return make_scanner(make_site())


def department(scanner: Scanner) -> list[int]:
    """A hundred ordinary exams, and some far above them."""
    chance = random.Random(11)
    doses = [400 * chance.lognormvariate(0, 0.2) for _ in range(100)]
    for position, factor in ((40, 2.6), (60, 3.2), (70, 3.4), (80, 5.0), (90, 8.0)):
        doses[position] = 400 * factor
    return give_exams(scanner, doses)


def tried(
    scanner: Scanner, settings: HighDoseSettings = TODAY.settings, today: InForce = TODAY, most: int = 1000
) -> Budget:
    replay = Replay(scanner.site_id, HIGH_DOSE, settings, today, most)
    assert list(replay.steps())[-1:] == [len(replay.past.exams)]
    made = replay.budget()
    assert made is not None
    return made


def judge(*verdicts: str) -> None:
    """Say of the flags in their order: a case, or set aside with this reason."""
    for flag, verdict in zip(Flag.objects.order_by("exam__started_at"), verdicts, strict=False):
        if verdict == "case":
            case_opening.open_case(SYSTEM, [flag.pk], "A case", COMMAND)
        else:
            flags.set_aside(SYSTEM, flag.pk, verdict, "", COMMAND)


def test_every_rule_of_one_exam_can_be_tried() -> None:
    assert set(JUDGES) == {name for name, rule in RULES.items() if rule.form == "on_exam" and rule.may_be_replayed}


def test_a_replay_finds_the_flags_that_were_raised_live(scanner: Scanner) -> None:
    department(scanner)
    judge_all()
    replay = Replay(scanner.site_id, HIGH_DOSE, TODAY.settings, TODAY)
    assert list(replay.steps()) == [50, 100]
    live = {flag.key: (flag.sentence, flag.exam_id) for flag in Flag.objects.filter(rule="high-dose")}
    assert len(live) >= 4
    assert {one.key: (one.sentence, one.exam) for one in replay.new} == live
    assert replay.now == replay.new


def test_a_replay_writes_nothing(scanner: Scanner) -> None:
    department(scanner)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        tried(scanner)
    assert len(asked) > 100
    assert [one["sql"] for one in asked if not one["sql"].startswith("SELECT")] == []


def test_later_exams_change_nothing_of_what_was_found_before(scanner: Scanner) -> None:
    keys = department(scanner)
    before = tried(scanner).examples
    Exam.objects.filter(pk__in=keys[85:]).update(settled=False)
    assert tried(scanner).examples == tuple(one for one in before if one.exam in keys[:85])


def test_other_settings_say_what_they_would_lose_and_gain(scanner: Scanner) -> None:
    department(scanner)
    judge_all()
    judge("clinically justified", "case")
    made = tried(scanner, HighDoseSettings(min_factor=3.3, sure_factor=3.3))
    assert made.lost.flags == Flag.objects.count() - made.flags > 0
    assert made.gained.flags == 0
    back = tried(scanner, TODAY.settings, InForce(True, HighDoseSettings(min_factor=3.3, sure_factor=3.3)))
    assert (back.gained.flags, back.lost.flags) == (made.lost.flags, 0)
    assert back.judged == Share(1, 2)


def test_a_rule_that_is_off_today_loses_nothing_and_all_is_gained(scanner: Scanner) -> None:
    department(scanner)
    made = tried(scanner, today=InForce(False, HighDoseSettings()))
    assert (made.lost.flags, made.gained.flags) == (0, made.flags)


def test_only_the_newest_are_looked_at_and_how_many_are_left_out_is_said(scanner: Scanner) -> None:
    department(scanner)
    made = tried(scanner, most=30)
    assert (made.exams, made.left_out) == (30, 70)


def test_provisional_and_excluded_exams_and_other_sites_are_not_looked_at(scanner: Scanner) -> None:
    keys = department(scanner)
    Exam.objects.filter(pk=keys[80]).update(excluded_as="phantom")
    Exam.objects.filter(pk=keys[90]).update(settled=False)
    Exam.objects.filter(pk=keys[91]).update(started_at="")
    Exam.objects.filter(pk=keys[92]).update(started_at="yesterday")
    department(make_scanner(make_site("South"), "CT 9"))
    made = tried(scanner)
    assert made.exams == 96
    assert not {keys[80], keys[90]} & {one.exam for one in made.examples}


def test_a_site_without_exams_has_no_budget(scanner: Scanner) -> None:
    replay = Replay(scanner.site_id, HIGH_DOSE, TODAY.settings, TODAY)
    assert (list(replay.steps()), replay.budget()) == ([], None)


def test_nobody_outside_the_scope_looks_at_a_history(scanner: Scanner) -> None:
    with pytest.raises(NotVisible):
        replay_history.past(NOTHING, scanner.site_id)
    assert replay_history.verdicts(NOTHING, scanner.site_id, "high-dose") == {}
    assert judged_flags.of_rule(NOTHING, scanner.site_id, "high-dose") == []


def test_a_suggestion_spares_most_of_a_reason_and_keeps_the_true_ones(scanner: Scanner) -> None:
    department(scanner)
    judge_all()
    reason = "clinically justified"
    judge(
        *[
            reason if (flag.evidence["factor"] or 0) < 4 else "case"
            for flag in Flag.objects.order_by("exam__started_at")
        ]
    )
    found = suggested(scanner.site_id, HIGH_DOSE, reason)
    assert found is not None
    assert (found.spared, found.lost) == (found.with_reason, 0)
    assert found.true == 2
    assert found.sentence.endswith(f"and loses 0 of {found.true} that became cases.")


def test_there_is_no_suggestion_where_it_would_lose_true_flags_or_nobody_gave_the_reason(scanner: Scanner) -> None:
    department(scanner)
    judge_all()
    judge("case", "case", "case", "case", "patient size explains it")
    assert suggested(scanner.site_id, HIGH_DOSE, "patient size explains it") is None
    assert suggested(scanner.site_id, HIGH_DOSE, "phantom or test") is None


def test_candidates_go_on_from_the_settings_of_today() -> None:
    today = HighDoseSettings(min_factor=4.0)
    assert [one.min_factor for one in candidates(HIGH_DOSE, today) if one.min_factor != 4.0] == [5.0]
