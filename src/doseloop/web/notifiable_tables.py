"""What each rule of a pack says of an event, for the page and for a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from doseloop.assess.notifiable import Answer, Event, Outcome, answers
from doseloop.assess.rule_words import own_threshold_said, threshold_said, validity_said, value_said
from doseloop.model.rule_pack import RulePack
from doseloop.report.table import Column, Row, Table

_ORDER: Final[tuple[Outcome, ...]] = ("met", "not enough known", "not met", "for others", "not in force")
_TONES: Final = {"met": "above", "not met": "good"}


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """One rule's answer, in words."""

    said: Answer
    verdict: str
    tone: str
    threshold: str
    own_threshold: str
    """In the unit of the quantity, where the source prints another."""
    computed: str
    share: str
    """What was computed in thresholds; empty where it is not known."""
    why: str
    valid: str

    @property
    def is_unverified(self) -> bool:
        """Whether the rule was not read in the authority's own text."""
        return not self.said.pack.is_verified(self.said.rule)

    @property
    def concerns(self) -> bool:
        """Whether the rule may be for this event."""
        return self.said.outcome not in ("for others", "not in force")


@dataclass(frozen=True, slots=True)
class PackShown:
    """A pack's answers: those that concern the event, and the others."""

    pack: RulePack
    answers: tuple[AnswerShown, ...]
    others: tuple[AnswerShown, ...]
    unverified: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """The answers of all packs in one line."""

    words: str
    tone: str
    icon: str


def packs_shown(event: Event, packs: Iterable[RulePack]) -> tuple[PackShown, ...]:
    """The answers of each pack, those that are met first."""
    return tuple(_pack(event, one) for one in packs)


def headline(shown: Iterable[PackShown]) -> Headline:
    """What to do, in one line."""
    every = [one for pack in shown for one in pack.answers]
    met = [one for one in every if one.said.outcome == "met"]
    if met:
        to_notify = sum(one.said.pack.purpose == "notification" for one in met)
        followed = len(met) - to_notify
        parts = [f"Notifiable under {_rules(to_notify)}"] if to_notify else []
        parts += [f"{'follow-up' if parts else 'Follow-up'} asked for by {_rules(followed)}"] if followed else []
        return Headline(f"{', '.join(parts)}.", "above", "flag")
    open_ = sum(one.said.outcome == "not enough known" for one in every)
    if open_:
        return Headline(
            f"No rule is met by what is known; {_rules(open_)} need{'s' if open_ == 1 else ''} more.",
            "caution",
            "question",
        )
    return Headline("No rule of these packs asks for anything.", "good", "check")


def as_file(event: Event, packs: Iterable[RulePack], about: str) -> Table:
    """Every answer, one a row. `about`: the exam that the values are of; empty where they were typed."""
    columns = (
        Column("event", "Values of"), Column("pack", "Pack"), Column("rule", "Rule"), Column("code", "Code"),
        Column("title", "Looks at"), Column("verdict", "Verdict"), Column("threshold", "Threshold"),
        Column("computed", "This event"), Column("missing", "Not known"), Column("why", "Why"),
        Column("action", "Asks for"), Column("valid", "Holds"), Column("verification", "Verification"),
        Column("source", "Source"),
    )  # fmt: skip
    return Table("notifiable", "Notifiable", columns, _rows(event, packs, about))


def _rows(event: Event, packs: Iterable[RulePack], about: str) -> Iterator[Row]:
    for pack in packs:
        for one in (_shown(said) for said in answers(event, pack)):
            rule = one.said.rule
            yield Row((
                about, pack.key, rule.id, rule.code, rule.title, one.verdict, one.threshold, one.computed,
                "; ".join(one.said.missing), one.why, rule.action, one.valid, pack.verification_of(rule),
                pack.url_of(rule),
            ))  # fmt: skip


def _pack(event: Event, pack: RulePack) -> PackShown:
    shown = sorted((_shown(said) for said in answers(event, pack)), key=lambda one: _ORDER.index(one.said.outcome))
    ours = tuple(one for one in shown if one.concerns)
    return PackShown(pack, ours, tuple(one for one in shown if not one.concerns), bool(pack.unverified))


def _shown(said: Answer) -> AnswerShown:
    rule = said.rule
    computed = (
        "" if said.computed is None or rule.quantity is None else value_said(rule.quantity, said.computed, rule.value)
    )
    return AnswerShown(
        said, _verdict(said), _TONES.get(said.outcome, "quiet"), threshold_said(rule), own_threshold_said(rule), computed,
        _share(said), _why(said), validity_said(said.pack, rule),
    )  # fmt: skip


def _verdict(said: Answer) -> str:
    notifies = said.pack.purpose == "notification"
    words: dict[Outcome, str] = {
        "met": "Notifiable" if notifies else "Follow up",
        "not met": "Not notifiable" if notifies else "Not reached",
        "not enough known": "Not enough known",
        "for others": "For other events",
        "not in force": "Not in force then",
    }
    return words[said.outcome]


def _why(said: Answer) -> str:
    if said.outcome == "met":
        return said.rule.action
    if said.outcome == "not enough known":
        return f"Needed: {', '.join(said.missing)}."
    return said.because


def _share(said: Answer) -> str:
    return "" if said.factor is None else f"{said.factor:.2f} times the threshold"


def _rules(number: int) -> str:
    return f"{number} rule{'' if number == 1 else 's'}"
