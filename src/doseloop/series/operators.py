"""A site's operators over time, as the rule `operators` compares them once a week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from doseloop.access.scope import SYSTEM
from doseloop.assess import operators
from doseloop.assess.operator_sample import NamedExam
from doseloop.assess.operators import Look
from doseloop.facts.engine import Facts
from doseloop.facts.operator_exams import operator_exams
from doseloop.facts.windows import Window
from doseloop.model.flag import Finding
from doseloop.store.operator_looks import KEPT
from doseloop.store.replay_history import SiteAtHand


@dataclass(frozen=True, slots=True)
class OperatorHistory:
    """The exams with their operators by modality, and the looks so far, which are kept here and not in the record."""

    exams: Mapping[str, Sequence[NamedExam]] = field(repr=False)
    scanners: Mapping[int, str]
    looks: dict[str, list[Look]] = field(default_factory=lambda: defaultdict(list), repr=False)

    @classmethod
    def read(cls, facts: Facts, site: SiteAtHand, first: date, last: date) -> "OperatorHistory":
        """The exams that looks from a day to a day need."""
        begun, _ = operators.window_for(operators.last_sunday(first))
        window = Window(begun, last + timedelta(days=1))
        return cls(operator_exams(facts, SYSTEM, site.key, window), site.scanners)

    def found_on(self, day: date) -> dict[Finding, int | None]:
        """What stands on a day by the weeks that are over; each is looked at once."""
        last = operators.last_sunday(day)
        first, _ = operators.window_for(last)
        found: dict[Finding, int | None] = {}
        for modality, exams in self.exams.items():
            within = [one for one in exams if first <= one.at.date() <= last]
            if within:
                self._look(modality, within, last)
                found |= operators.on_period(self.looks[modality], self.scanners)
        return found

    def _look(self, modality: str, exams: Sequence[NamedExam], last: date) -> None:
        held = self.looks[modality]
        made = operators.new_looks(exams, modality, last, {one.last for one in held})
        self.looks[modality] = [one for one in (*held, *made) if one.last >= last - KEPT]
