"""A rule tried over a site's history: the rule as it runs live, exam after exam, each with what came before it alone.

Nothing is flagged and nothing is written. Exams are those that the record holds now, complete and with what has come late: where an
exam was judged live before an older one had come, the replay knows more than the rule did then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import Rule
from doseloop.assess.replayed import Budget, Replayed, budget
from doseloop.judgement import ExamAtHand, judged_by
from doseloop.store import replay_history
from doseloop.store.replay_history import Past, PastExam
from doseloop.store.rule_settings import InForce

_AT_ONCE = 50


@dataclass(slots=True)
class Replay:
    """One try. `steps` looks at some exams at a time, so that whoever runs it may tell how far it is, pause or stop."""

    site: int
    rule: Rule
    settings: Any
    """What is tried."""
    today: InForce
    """What it is compared with."""
    most: int = replay_history.MOST
    past: Past = field(init=False)
    new: list[Replayed] = field(default_factory=list)
    now: list[Replayed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.past = replay_history.past(SYSTEM, self.site, self.most)

    @property
    def total(self) -> int:
        """How many exams there are to look at."""
        return len(self.past.exams)

    def steps(self) -> Iterator[int]:
        """How many exams were looked at, time and again, up to all."""
        exams = self.past.exams
        for start in range(0, len(exams), _AT_ONCE):
            for one in exams[start : start + _AT_ONCE]:
                self._look_at(one)
            yield min(start + _AT_ONCE, len(exams))

    def budget(self) -> Budget | None:
        """What it came to; None where there is no exam to look at."""
        exams = self.past.exams
        if not exams:
            return None
        span = exams[0].day, exams[-1].day
        verdicts = replay_history.verdicts(SYSTEM, self.site, self.rule.name)
        return budget(span, len(exams), self.past.left_out, self.new, self.now, verdicts)

    def _look_at(self, one: PastExam) -> None:
        at_hand = ExamAtHand(one.exam)
        found = found_in(at_hand, self.rule, self.settings, one)
        self.new += found
        if self.today.is_on:
            is_same = self.today.settings == self.settings
            self.now += found if is_same else found_in(at_hand, self.rule, self.today.settings, one)


def found_in(at_hand: ExamAtHand, rule: Rule, settings: Any, one: PastExam) -> list[Replayed]:
    """What a rule finds in an exam with these settings."""
    return [
        Replayed(
            str(found.finding.key), found.finding.cause, one.exam, one.scanner, found.procedure, one.day, found.finding.sentence
        )
        for found in judged_by(rule.name, at_hand, settings)
    ]  # fmt: skip


def keys_found(exams: Sequence[PastExam], rule: Rule, settings: Any) -> set[str]:
    """The keys of what a rule finds in some exams with these settings."""
    return {found.key for one in exams for found in found_in(ExamAtHand(one.exam), rule, settings, one)}
