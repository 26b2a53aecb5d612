"""Looks at the medians of each scanner against the levels of its site, when its exams changed and once a day."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from doseloop.access.scope import SYSTEM
from doseloop.assess import level_review, level_state
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.facts.windows import Window
from doseloop.report.compliance import compliance, figures
from doseloop.store import changes, findings, level_choice, level_reviews, level_states
from doseloop.store.findings import ExamFinding

_DAYS = 365
_AT_ONCE = 5
"""Scanners of one step: objects wait meanwhile."""


@dataclass(slots=True)
class LevelWatch:
    """One step looks at a few scanners: those with changes; all on a new day, since the window has moved, and where
    a site chose other sets."""

    facts: Facts
    settings: Settings
    looked: tuple[date, int] | None = None
    """Day and choices of sets for which all were looked at last."""
    seen: int = 0
    """Number of the last change that was looked at."""
    waiting: dict[int, int] = field(default_factory=dict)
    """Site by scanner of those that are still to be looked at."""

    def step(self) -> int:
        """Look at some. Returns how many."""
        self._gather()
        some = list(self.waiting.items())[:_AT_ONCE]
        for scanner, site in some:
            # To the end first: one that cannot be looked at keeps none from its turn.
            self.waiting[scanner] = self.waiting.pop(scanner)
            self._look_at(scanner, site)
            del self.waiting[scanner]
        return len(some)

    def _gather(self) -> None:
        now, state = changes.last_change(), (datetime.now(UTC).date(), level_states.choices())
        if state != self.looked:
            self.waiting |= level_states.every_scanner()
        elif self.seen < now:
            self.waiting |= level_states.scanners_with_changes(self.seen)
        self.looked, self.seen = state, now

    def _look_at(self, scanner: int, site: int) -> None:
        """A site that has chosen no sets is told nothing by flags: that all countries' levels are shown is no choice of it."""
        last = datetime.now(UTC).date() + timedelta(days=1)  # the site's clock may be ahead
        window = Window.of_days_until(last, _DAYS + 1)
        told = list(figures(compliance(self.facts, SYSTEM, site, window, self.settings, scanner)))
        level_states.keep(scanner, told)
        judged = level_state.on_groups(told) if level_choice.has_chosen(SYSTEM, site) else ()
        findings.apply_to_scanner(scanner, level_state.RULE, [ExamFinding(one, key) for one, key in judged])
        due = level_reviews.due_review(SYSTEM, scanner) if told else None
        found = [ExamFinding(level_review.on_scanner(scanner, due.scanner_name, due.due))] if due else []
        findings.apply_to_scanner(scanner, level_review.RULE, found)
