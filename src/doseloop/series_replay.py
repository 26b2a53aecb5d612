"""A rule that looks at series by the clock, tried over a site's history: it looks on each day on which it would have, with what was
known then.

Nothing is flagged and nothing is written. What was known on a day are the exams that started until its end, complete and with what
has come late, and what people had decided by then. A flag counts once, on the day on which it was found first; what stood already
before the first day does not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from doseloop.access.scope import SYSTEM
from doseloop.assess.registry import Rule
from doseloop.assess.replayed import Budget, Replayed, budget
from doseloop.facts.engine import Facts
from doseloop.series.watches import WATCHES, Watch
from doseloop.store import replay_history
from doseloop.store.replay_history import Past
from doseloop.store.rule_settings import InForce


@dataclass(slots=True)
class SeriesReplay:
    """One try. A step is one look, so that whoever runs it may tell how far it is, pause or stop."""

    site: int
    rule: Rule
    today: InForce
    """What it is compared with: on or off, since nothing may be set of these rules."""
    facts: Facts
    past: Past = field(init=False)
    watch: Watch = field(init=False)
    new: list[Replayed] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Keys that were found by now."""

    def __post_init__(self) -> None:
        self.past, self.watch = replay_history.past(SYSTEM, self.site), WATCHES[self.rule.name]

    @property
    def total(self) -> int:
        """How many looks there are to make."""
        return len(self.watch.days(*self.past.span)) if self.past.span else 0

    def steps(self) -> Iterator[int]:
        """How many looks were made, time and again, up to all."""
        if self.past.span is None:
            return
        first, last = self.past.span
        days = self.watch.days(first, last)
        history = self.watch.read(self.facts, replay_history.site_at_hand(SYSTEM, self.site), days[0], last)
        for number, day in enumerate(days, 1):
            for finding, scanner in history.found_on(day).items():
                key = str(finding.key)
                if key not in self.known and day >= first:
                    self.new.append(Replayed(key, finding.cause, None, scanner, None, day, finding.sentence))
                self.known.add(key)
            yield number

    def budget(self) -> Budget | None:
        """What it came to; None where there is no exam to look at."""
        if self.past.span is None:
            return None
        verdicts = replay_history.verdicts(SYSTEM, self.site, self.rule.name)
        now = self.new if self.today.is_on else []
        exams, looks = len(self.past.exams), self.total
        return budget(self.past.span, exams, self.past.left_out, self.new, now, verdicts, looks)
