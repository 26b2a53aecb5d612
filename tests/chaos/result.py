"""What a fault did, as a line for people and an entry for programs."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(slots=True)
class Result:
    """The rounds of one fault."""

    fault: str
    rounds: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost: int = 0
    """Acknowledged and not stored, or stored with other bytes."""
    twice: int = 0
    """Objects, exams or events that stand there more than once."""
    ready_s: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What else was found wrong; none where all is well."""

    @property
    def passed(self) -> bool:
        """Whether the fault cost nothing."""
        return self.rounds > 0 and not self.lost and not self.twice and not self.notes

    def line(self) -> str:
        """One line with every figure."""
        ready = f"ready {median(self.ready_s):5.1f} s, worst {max(self.ready_s):5.1f} s" if self.ready_s else ""
        counts = f"{self.rounds:5d} rounds {self.acknowledged:6d} acknowledged {self.stored:6d} stored"
        told = "".join(f"\n       {note}" for note in self.notes)
        verdict = "PASS" if self.passed else "FAIL"
        return f"{verdict}  {self.fault:<34} {counts}  lost {self.lost}  twice {self.twice}  {ready}{told}"

    def entry(self) -> dict[str, Any]:
        """For the JSON record."""
        return {**asdict(self), "passed": self.passed}
