"""What becomes of a question: a plan, a question back, a refusal or a fresh start."""

from dataclasses import dataclass
from typing import Final

from doseloop.ask.plan import Plan

MOST_OPTIONS: Final = 8


@dataclass(frozen=True, slots=True)
class Understood:
    """The question means this plan."""

    plan: Plan
    repairs: tuple[tuple[str, str], ...] = ()
    """(as typed, as read) of words that were taken for misspelt ones."""
    kept: tuple[str, ...] = ()
    """Parts of the plan before that a follow-up left as they were."""
    follows: bool = False
    """The question changed the plan before it."""


@dataclass(frozen=True, slots=True)
class AskedBack:
    """The question may mean several things, or nothing yet."""

    reason: str
    field: str | None = None
    options: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The words that it is about."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The question is not answered; `offer` is what can be asked instead."""

    reason: str
    offer: str | None = None


@dataclass(frozen=True, slots=True)
class StartedOver:
    """Nothing of the conversation remains."""


Outcome = Understood | AskedBack | Declined | StartedOver


class NoReading(Exception):
    """These phrases make no sense together; others may."""


class AskBack(Exception):
    """The reading needs an answer before it is a plan."""

    def __init__(
        self, reason: str, field: str | None = None, options: tuple[str, ...] = (), words: tuple[str, ...] = ()
    ):
        """Keep what is to be asked."""
        super().__init__(reason)
        self.outcome = AskedBack(reason, field, options[:MOST_OPTIONS], words)


class Refuse(Exception):
    """The question is not answered."""

    def __init__(self, reason: str, offer: str | None = None):
        """Keep why, and what is offered."""
        super().__init__(reason)
        self.outcome = Declined(reason, offer)
