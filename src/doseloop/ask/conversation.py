"""The turns of one conversation: what the next question may change, complete or take back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from doseloop.ask.outcome import AskedBack, Declined, Outcome, StartedOver, Understood
from doseloop.ask.plan import Plan
from doseloop.ask.reader import Reader

_WORDS_OF_OPTION: Final = {
    "age_years": ("years", "age", "year", "yrs", "old"),
    "weight_kg": ("kg", "weight", "kilo", "kilos", "kilograms"),
    "local_drl": ("local", "own", "ours"),
    "national_drl": ("national",),
}
_ORDINALS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3, "former": 0, "latter": 1, "last": -1}
_EMPTY: Final = frozenset(
    ("the", "one", "a", "i", "mean", "meant", "please", "by", "of", "in", "for", "it", "is", "was", "that", "drl")
)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that was asked back, with the answers so far."""

    text: str
    asked: AskedBack
    previous: Plan | None
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation has come to; a value, so that it can be kept anywhere."""

    plans: tuple[Plan, ...] = ()
    """Every plan so far, the newest last."""
    open: OpenQuestion | None = None

    @property
    def plan(self) -> Plan | None:
        """The plan that a follow-up changes."""
        return self.plans[-1] if self.plans else None


def next_turn(reader: Reader, before: Conversation, text: str) -> tuple[Outcome, Conversation]:
    """What becomes of the next question, and of the conversation."""
    if before.open is not None and (answered := _answered(reader, before.open, text)) is not None:
        outcome, asked = answered
        return outcome, _after(before, text, outcome, asked)
    if (undone := _undone(reader, before, text)) is not None:
        return undone
    outcome = reader.read(text, alone=True) if before.open is not None else reader.read(text, before.plan)
    return outcome, _after(before, text, outcome, None)


def _after(before: Conversation, text: str, outcome: Outcome, asked: OpenQuestion | None) -> Conversation:
    if isinstance(outcome, StartedOver):
        return Conversation()
    if isinstance(outcome, Understood):
        return Conversation((*before.plans, outcome.plan)[-20:])
    if isinstance(outcome, AskedBack):
        return replace(
            before,
            open=asked or OpenQuestion(text, outcome, before.plan if before.open is None else None),
        )
    return replace(before, open=None)


def _answered(reader: Reader, pending: OpenQuestion, text: str) -> tuple[Outcome, OpenQuestion | None] | None:
    """The open question with this text as its answer; None where it is no answer."""
    option = option_of(pending.asked, text) or _named(reader, pending, text)
    if option is not None and pending.asked.field is not None:
        chosen = {**pending.chosen, pending.asked.field: option}
        outcome = reader.read(pending.text, pending.previous, chosen)
        if isinstance(outcome, AskedBack) and outcome == pending.asked:
            outcome = reader.read(f"{pending.text} {option}", pending.previous, pending.chosen)
        still = (
            OpenQuestion(pending.text, outcome, pending.previous, chosen) if isinstance(outcome, AskedBack) else None
        )
        return outcome, still
    if isinstance(reader.read(text, alone=True), Understood | StartedOver | Declined):
        return None
    whole = f"{pending.text} {text}"
    outcome = reader.read(whole, pending.previous, pending.chosen, alone=pending.previous is None)
    if isinstance(outcome, Understood):
        return outcome, None
    return None


def option_of(asked: AskedBack, text: str) -> str | None:
    """The option that an answer names: by its words, by its number in the row, or by a word for it."""
    words = [one for one in _plain(text) if one not in _EMPTY]
    if not words:
        return None
    if len(words) == 1 and words[0] in _ORDINALS and asked.options:
        at = _ORDINALS[words[0]]
        return asked.options[at] if -1 <= at < len(asked.options) else None
    fitting = [one for one in asked.options if set(words) <= _words(one)]
    return fitting[0] if len(fitting) == 1 else None


def _named(reader: Reader, pending: OpenQuestion, text: str) -> str | None:
    """The option that an answer names in words of its own: "the mammography" for MG, "under 50 kilos" for a weight."""
    asked_before = {*_plain(pending.text), *_EMPTY}
    rest = " ".join(one for one in _plain(text) if one not in asked_before)
    if not rest:
        return None
    named = reader.named(rest)
    fitting = [one for one in pending.asked.options if one in named]
    return fitting[0] if len(fitting) == 1 else option_of(pending.asked, rest)


def _plain(text: str) -> list[str]:
    return text.casefold().replace(".", " ").replace(",", " ").split()


def _words(option: str) -> set[str]:
    named = option.casefold().replace(".", " ").replace("_", " ").replace("/", " ").split()
    return {*named, *_WORDS_OF_OPTION.get(option, ()), option.casefold()}


def _undone(reader: Reader, before: Conversation, text: str) -> tuple[Outcome, Conversation] | None:
    """The plan before the last one, where the words ask for it."""
    if not reader.is_undo(text):
        return None
    if len(before.plans) < 2:
        return AskedBack("no_context"), before
    return Understood(before.plans[-2], (), (), follows=True), Conversation(before.plans[:-1])
