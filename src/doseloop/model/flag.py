"""What a rule noticed about one exam or one group, before anyone looked at it."""

from dataclasses import dataclass
from typing import NamedTuple


class FlagKey(NamedTuple):
    """What makes two findings the same flag: a new evaluation updates or withdraws it and never makes a second one."""

    rule: str
    subject: str
    cause: str

    def __str__(self) -> str:
        """The key as one text, `high-dose/exam-12/dlp_mgy_cm`."""
        return "/".join(part.replace("/", "%2F") for part in self)


@dataclass(frozen=True, slots=True)
class Dated:
    """When what a rule noticed began, and of what: by this flags of one cause are known (`assess.one_cause`)."""

    protocols: tuple[str, ...]
    """As `store.protocol_uses` names them, in order."""
    since: str
    """Wall clock of the most likely beginning, ISO; it lies between `earliest` and `latest`."""
    earliest: str
    latest: str
    baseline: str = ""
    """How what was usual is worked out, and from which exams on; empty where that plays no part."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule noticed. What does not apply to a rule is None."""

    rule: str
    """Stable id of the rule, `high-dose`."""
    version: str
    """Version of the rule's computation."""
    subject: str
    """Our key of the exam, event, scanner or group."""
    cause: str
    """What sets two findings of one rule on one subject apart: a quantity, an event."""
    sentence: str
    """For people: what was seen and against what."""
    quantity: str | None = None
    """Key of `quantities`; `value`, `expected` and `threshold` are in its own unit."""
    value: float | None = None
    expected: float | None = None
    threshold: float | None = None
    factor: float | None = None
    """`value` over `expected`."""
    n: int | None = None
    """How many others it was compared with."""
    not_seen: tuple[str, ...] = ()
    """What the rule could not see or take into account, one sentence each."""
    provisional: bool = False
    dated: Dated | None = None
    """Of rules about a scanner that say since when."""

    @property
    def key(self) -> FlagKey:
        """The stable key of the flag that this finding makes or updates."""
        return FlagKey(self.rule, self.subject, self.cause)
