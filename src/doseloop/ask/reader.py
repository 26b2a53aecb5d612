"""The reader of words: a question becomes a plan, a question back or a refusal, without any model.

All words have to be used. Of the ways to use them those with the fewest phrases are tried first; where two of
them that are equally short mean different plans, the question is asked back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from pydantic import ValidationError

from doseloop.ask.composing.rules import RULES
from doseloop.ask.composing.walk import Walk
from doseloop.ask.cover import covers, unused
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, AskedBack, Declined, NoReading, Outcome, Refuse, StartedOver, Understood
from doseloop.ask.plan import Plan
from doseloop.ask.planning.changed import changed_plan
from doseloop.ask.planning.fresh import CHANGES, fresh_plan, is_moved
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.said import Said
from doseloop.ask.text import MAX_CHARACTERS, Token
from doseloop.ask.typing_errors import repaired
from doseloop.ask.vocabulary import Vocabulary

REACH: Final = 13
"""How much more than the cheapest a way may cost and still be tried, where the cheaper ones make no sense."""
WITHOUT_MEANING: Final = frozenset(("filler", "opening", "closing"))
NEGATIONS: Final = frozenset(("no", "nope"))
"""With a comma behind them they answer what was shown, and take nothing away."""
LAST_OPENING: Final = 1
"""The place up to which a question may still open with a word that means something else further on, as "ok" and "morning" do."""

_GUARDS: Final = (
    (
        "suspicious_input",
        re.compile(r"(;\s*(--|drop|delete|update|insert|select)\b)|(\bunion\s+(all\s+)?select\b)|<\s*script", re.I),
    ),
    ("suspicious_input", re.compile(r"('|\")\s*;|--\s*$|\{\{|\$\{|\bdrop\s+table\b|/\*|\\x[0-9a-f]{2}", re.I)),
    (
        "raw_query",
        re.compile(r"\bselect\b.+\bfrom\b|\binsert\s+into\b|\bdelete\s+from\b|\bupdate\s+\w+\s+set\b", re.I | re.S),
    ),
    ("exfiltration", re.compile(r"https?://|www\.|ftp://|\S+@\S+\.\w+", re.I)),
)


@dataclass(frozen=True)
class Reader:
    """Reads questions in the words of one language about one department."""

    vocabulary: Vocabulary

    @cached_property
    def known(self) -> KnownNames:
        """What names tell of each other."""
        return KnownNames(self.vocabulary)

    def read(
        self, text: str, previous: Plan | None = None, chosen: Mapping[str, str] | None = None, *, alone: bool = False
    ) -> Outcome:
        """What becomes of a question. `previous` is the plan that it may change; `chosen` answers questions back.

        With `alone` a question that only makes sense as a change is asked back. Never raises for any text.
        """
        if len(text) > MAX_CHARACTERS:
            return AskedBack("unknown_term", "all")
        for reason, guard in _GUARDS:
            if guard.search(text):
                return Declined(reason)
        given = self.vocabulary.tokens(text)
        if not given:
            return AskedBack("underspecified", "all")
        return self._read(_Question(given, previous, chosen or {}, alone))

    def unknown_words(self, text: str) -> int:
        """How many words of a text this language and department do not have."""
        words = (one for one in self.vocabulary.tokens(text) if one.is_word)
        return sum(one.text not in self.vocabulary.all_words for one in words)

    def named(self, text: str) -> frozenset[str]:
        """What the whole of a text may name: kinds of equipment, names and fields, as plans have them."""
        given = self.vocabulary.tokens(text)
        whole = [one for one in self.vocabulary.matcher(given).all[0] if one.end == len(given)] if given else []
        return frozenset(name for one in whole for name in (one.value, *one.phrase.names))

    def is_undo(self, text: str) -> bool:
        """Whether the words ask for the plan before the last one, and nothing else."""
        given = self.vocabulary.tokens(text)
        row = next((row for _, row in covers(self.vocabulary.matcher(given).all)), ()) if given else ()
        content = [one for one in row if one.kind not in WITHOUT_MEANING]
        return {one.value for one in content} == {"undo"}

    def looked_at(self, text: str) -> "LookedAt":
        """The phrases in a question, whether or not they are a reading together."""
        return self._looked_at(self.vocabulary.tokens(text))[0]

    def _read(self, asked: "_Question") -> Outcome:
        ways = self._looked_at(asked.tokens)
        whole = [one for one in ways if not unused(one.phrases)]
        if not whole:
            return self._with_unknown(ways[0])
        outcomes = [self._understood(replace(asked, tokens=one.tokens), one.phrases, one.repairs) for one in whole]
        return outcomes[0] if len({_key(one) for one in outcomes}) == 1 else _decided(outcomes, whole)

    def _looked_at(self, given: tuple[Token, ...]) -> tuple["LookedAt", ...]:
        """The question as it is; where words are left over, the ways to put right what is misspelt."""
        starting = self._phrases(given)
        left = unused(starting)
        if not left:
            return (LookedAt(given, starting, tuple(one.text for one in given)),)
        known = self.vocabulary.all_words
        words = (at for at, one in enumerate(given) if one.text not in known and one.is_word)
        ways = repaired(given, tuple(sorted({*left, *words})), self.vocabulary)
        return tuple(LookedAt(one.tokens, self._phrases(one.tokens), one.typed, one.repairs) for one in ways)

    def _phrases(self, given: tuple[Token, ...]) -> tuple[tuple[Chunk, ...], ...]:
        """The phrases at each place, without those that what stands before them rules out."""
        found = self.vocabulary.matcher(given).all
        removal = min((one.start for place in found for one in place if _takes_away(one)), default=len(given))
        opened = any(one.kind in WITHOUT_MEANING and one.end == LAST_OPENING for one in found[0]) if found else False
        last = LAST_OPENING if opened else 0
        return tuple(tuple(one for one in place if _may_stand(one, removal, given, last)) for place in found)

    def _with_unknown(self, given: "LookedAt") -> Outcome:
        """Words that nothing was done with: refused where the rest is, else asked back."""
        unknown = unused(given.phrases)
        refusals = [one for place in given.phrases for one in place if one.kind == "refuse"]
        if refusals:
            return Declined(refusals[0].value)
        words = tuple(given.typed[at] for at in unknown)
        before = {given.typed[at - 1] for at in unknown if at > 0}
        if len(words) > 1 and before & {"patient", "mr", "mrs", "ms"}:
            return Declined("phi")
        return AskedBack("unknown_term", "all", (), words)

    def _understood(
        self, asked: "_Question", starting: tuple[tuple[Chunk, ...], ...], repairs: tuple[tuple[str, str], ...]
    ) -> Outcome:
        best: list[Outcome] = []
        questions: list[Outcome] = []
        cheapest = level = -1
        open_at: int | None = None
        for cost, row in covers(starting):
            cheapest = cost if cheapest < 0 else cheapest
            if cost > cheapest + REACH or (best and cost > level):
                break
            if open_at is not None and cost > open_at:
                break
            level = cost
            outcome = self._one(row, asked)
            if isinstance(outcome, Understood | Declined | StartedOver):
                best.append(outcome)
            elif outcome is not None:
                open_at = cost if open_at is None and not best and _is_open(outcome) else open_at
                questions.append(outcome)
        return _agreed(best, questions, repairs)

    def _one(self, row: tuple[Chunk, ...], asked: "_Question") -> Outcome | None:
        """What one way to use the words comes to; None where it makes no sense."""
        content = tuple(one for one in row if one.kind not in WITHOUT_MEANING)
        if refused := next((one for one in content if one.kind == "refuse"), None):
            return Declined(refused.value)
        today, words = self.vocabulary.department.now.date(), self.vocabulary.language
        try:
            walk = Walk(content, asked.tokens, today, asked.chosen, words.plural_endings, words.people)
            said = walk.run(RULES)
            return self._planned(said, asked)
        except (NoReading, ValidationError):
            return None
        except (AskBack, Refuse) as other:
            return other.outcome

    def _planned(self, said: Said, asked: "_Question") -> Outcome:
        today = self.vocabulary.department.now.date()
        if "reset" in said.cues:
            return StartedOver()
        if asked.alone and is_change(said):
            raise AskBack("no_context")
        if asked.previous is not None and is_change(said):
            return changed_plan(said, asked.previous, self.known, today, asked.chosen)
        return Understood(fresh_plan(said, self.known, today, asked.chosen))


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The tokens of a question, with what was misspelt put right where words were left over, and all phrases at each place."""

    tokens: tuple[Token, ...]
    phrases: tuple[tuple[Chunk, ...], ...]
    typed: tuple[str, ...]
    """What was typed for each of the tokens."""
    repairs: tuple[tuple[str, str], ...] = ()
    """(as typed, as read)."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked, and what it may change or answer."""

    tokens: tuple[Token, ...]
    previous: Plan | None
    chosen: Mapping[str, str]
    alone: bool


def _takes_away(chunk: Chunk) -> bool:
    return chunk.kind == "change" and chunk.value in ("remove", "except", "except_after", "instead_of")


def _may_stand(chunk: Chunk, removal: int, given: tuple[Token, ...], last_opening: int) -> bool:
    """A field is named alone only to be taken away, and words that open or close a question mean something else within it."""
    end = len(given)
    if chunk.start == 0 and given[0].text in NEGATIONS and end > 1 and given[1].comma:
        return chunk.value == "negation"
    if chunk.value == "negation":
        return False
    if chunk.kind == "field_word":
        return chunk.start > removal
    if chunk.kind == "closing":
        return chunk.end == end
    if chunk.kind == "opening":
        return chunk.start <= last_opening
    return chunk.start <= LAST_OPENING or chunk.value != "conjunction"


def is_change(said: Said) -> bool:
    """Whether a question changes the plan before it: it says so, or it does not stand alone."""
    if said.cues & CHANGES or said.adds_all or is_moved(said) or said.clears:
        return True
    subject = {"modality", "procedure", "region", "scanner"} & {one.field for one in said.values}
    asks = said.measures or said.cues & {"dose", "count", "share", "list", "exceedance", "missing"} or said.intent
    return not (subject and (asks or said.exceeds or ("versus" in said.cues and said.references)))


def _is_open(outcome: Outcome) -> bool:
    """Whether words may mean several things, so that a way to use them with more phrases would be a guess."""
    return isinstance(outcome, AskedBack) and (
        outcome.reason.startswith("ambiguous") or outcome.reason == "missing_modality"
    )


def _agreed(best: list[Outcome], questions: list[Outcome], repairs: tuple[tuple[str, str], ...]) -> Outcome:
    """The one meaning of equally good readings; a question back where they differ or where there is none."""
    distinct = list({_key(one): one for one in best}.values())
    if len(distinct) == 1:
        one = distinct[0]
        return Understood(one.plan, repairs, one.kept, one.follows) if isinstance(one, Understood) else one
    if len(distinct) > 1:
        refused = [one for one in distinct if isinstance(one, Declined)]
        return refused[0] if refused else AskedBack("ambiguous_reading", "all")
    return questions[0] if questions else AskedBack("underspecified", "all")


def _decided(outcomes: list[Outcome], ways: list[LookedAt]) -> Outcome:
    """The one meaning that the ways to put a question right come to; else the words that may be several are asked back."""
    clear = {_key(one): one for one in outcomes if not isinstance(one, AskedBack)}
    if len(clear) == 1:
        return next(iter(clear.values()))
    differing = {pair for way in ways for pair in way.repairs if any(pair not in other.repairs for other in ways)}
    return AskedBack("unknown_term", "all", (), tuple(dict.fromkeys(typed for typed, _ in sorted(differing))))


def _key(outcome: Outcome) -> str:
    return outcome.plan.model_dump_json() if isinstance(outcome, Understood) else repr(outcome)
