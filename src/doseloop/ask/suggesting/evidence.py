"""What the phrases of a question say, each by itself and by the rules by which questions are read.

Whatever a plan holds that was not read by these rules has to be here. Phrases that only make sense beside others say less alone
than together, so that this is never more than what the words hold.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from doseloop.ask.composing.rules import RULES
from doseloop.ask.composing.walk import Walk
from doseloop.ask.matching import Chunk
from doseloop.ask.outcome import AskBack, NoReading, Refuse
from doseloop.ask.plan import PlanTime
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.planning.times import Timed, timed
from doseloop.ask.said import Bound, Said
from doseloop.ask.suggesting.masking import NAMED, Masked
from doseloop.ask.text import Token
from doseloop.ask.units import FIELD_OF_QUANTITY, FIELD_OF_UNIT, MODALITY_OF_QUANTITY, UNITS_OF_QUANTITY, scaled
from doseloop.ask.windows import window_of

_TRUTHS: Final = MappingProxyType({"true": True, "false": False})
_COMPARED: Final = (*NAMED, "sex", "age_group", "modality", "region", "manufacturer", "weekday")
LEAVES_OUT: Final = frozenset(("except", "except_after", "remove", "instead_of", "replace"))


@dataclass(frozen=True)
class Evidence:
    """What the words of one question hold."""

    masked: Masked
    known: KnownNames
    today: date

    @cached_property
    def saids(self) -> tuple[Said, ...]:
        """What each phrase says."""
        tokens = self.masked.looked_at.tokens
        return tuple(_said(one, tokens, self.today) for one in self.masked.phrases)

    @cached_property
    def cues(self) -> frozenset[str]:
        """Kinds of words that occur."""
        left_out = {"except_after"} if any(one.value == "except_after" for one in self.masked.phrases) else set()
        return frozenset(cue for one in self.saids for cue in one.cues) | left_out

    @cached_property
    def stats(self) -> frozenset[str]:
        """Statistics that are named."""
        return frozenset(each.name for one in self.saids for each in one.measures if each.kind == "stat")

    @cached_property
    def quantities(self) -> frozenset[str]:
        """Quantities that are named."""
        named = {each.name for one in self.saids for each in one.measures if each.kind == "quantity"}
        return frozenset(named | {one.missing for one in self.saids if one.missing})

    @cached_property
    def groups(self) -> frozenset[str]:
        """Dimensions that are named."""
        bare = {name for one in self.saids for name, _, _ in one.bare_groups}
        return frozenset({name for one in self.saids for name in one.groups} | bare | self._pairs())

    @cached_property
    def grains(self) -> frozenset[str]:
        """Units of time that a course may be told in."""
        words = {str(one.slot("g").value) for one in self.masked.phrases if one.kind == "grain_word"}
        return frozenset({one.grain for one in self.saids if one.grain} | words)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """Limits of numbers."""
        return tuple(each for one in self.saids for each in one.bounds)

    @cached_property
    def values(self) -> Mapping[str, frozenset[object]]:
        """Values by field: those of marks that have one meaning, and those of the word lists."""
        found: dict[str, set[object]] = {}
        for mark in self.masked.marks:
            if mark.kind in NAMED and len(mark.names) == 1:
                found.setdefault(mark.kind, set()).add(mark.names[0])
        for one in self.saids:
            for each in one.values:
                found.setdefault(each.field, set()).update(_typed(each.field, name) for name in each.names)
        if "outliers" in self.intents:
            found.setdefault("is_outlier", set()).add(False)
        found.setdefault("modality", set()).update(self.implied)
        found.setdefault("procedure", set()).update(*map(self.procedures_of, map(str, found.get("region", ()))))
        found["exceeds"] = set(self.references)
        return MappingProxyType({name: frozenset(values) for name, values in found.items()})

    @cached_property
    def references(self) -> frozenset[str]:
        """Reference levels that are named."""
        named = {name for one in self.saids for name, _ in one.references} | {
            name for one in self.saids for name in one.exceeds
        }
        return frozenset(named - {"it", "any"})

    @cached_property
    def periods(self) -> frozenset[str]:
        """Other periods that are named."""
        named = {one.period for one in self.saids if one.period}
        return frozenset(named | ({self.timed.period} if self.timed and self.timed.period else set()))

    @cached_property
    def peers(self) -> bool:
        """Whether the others are named."""
        return any(one.peers for one in self.saids)

    @cached_property
    def intents(self) -> frozenset[str]:
        """Kinds of answers that are named."""
        return frozenset(one.intent for one in self.saids if one.intent)

    @cached_property
    def charts(self) -> frozenset[str]:
        """Charts that are named."""
        return frozenset(one.chart for one in self.saids if one.chart)

    @cached_property
    def directions(self) -> frozenset[str]:
        """Orders that are named."""
        return frozenset(way for one in self.saids for way in (one.order, one.superlative) if way)

    @cached_property
    def limits(self) -> frozenset[int]:
        """Numbers of rows that are named; one for "the highest"."""
        one_row = {1} if self.directions and self.cues & {"superlative", "one", "which_one"} else set()
        return self.named_limits | one_row

    @cached_property
    def named_limits(self) -> frozenset[int]:
        """Numbers of rows that stand in the question."""
        return frozenset(one.limit for one in self.saids if one.limit)

    @cached_property
    def times(self) -> tuple[PlanTime, ...]:
        """Periods that are named."""
        return tuple(one.time for one in self.masked.of("time") if one.time is not None)

    @cached_property
    def timed(self) -> Timed | None:
        """The period that is asked for and what it is compared with, as the reader has it; None where it has none."""
        places = {cue: at for one in self.saids for cue, at in one.places.items()}
        period = next((one.period for one in self.saids if one.period), None)
        try:
            windows = [window_of(one.chunk, self.today) for one in self.masked.of("time") if one.chunk is not None]
            return timed(Said(windows=windows, cues=set(self.cues), places=places, period=period), self.today)
        except (NoReading, AskBack):
            return None

    @property
    def sites(self) -> tuple[str, ...]:
        """Every site of the department."""
        return self.known.vocabulary.department.sites

    def procedures_of(self, region: str) -> frozenset[str]:
        """Procedures that are a region of a modality that is named or implied."""
        named = self.modalities | self.implied
        found = (self.known.procedure_of_region.get((one, region)) for one in named if one != "DX")
        return frozenset(one for one in found if one is not None)

    @property
    def leaves_out(self) -> bool:
        """Whether something is named so as to be left out."""
        return bool(self.cues & LEAVES_OUT)

    def fields_of(self, bound: Bound) -> frozenset[str]:
        """The fields that a limit may be of: by its own words, by its unit, or by a quantity that is named."""
        if bound.field is not None:
            return frozenset((bound.field,))
        found = {FIELD_OF_UNIT[bound.unit]} if bound.unit in FIELD_OF_UNIT else set()
        for name in self.quantities:
            fits = bound.unit is None or bound.unit in UNITS_OF_QUANTITY.get(name, ())
            found |= {FIELD_OF_QUANTITY[name]} if fits and name in FIELD_OF_QUANTITY else set()
        if bound.unit in (None, "msv") and "cumulative" in self.quantities:
            found.add("cumulative_effective_dose_msv")
        if bound.unit is None and ("age_group" in self.groups or "age_group" in self.values):
            found.add("age_years")
        return frozenset(found)

    @cached_property
    def implied(self) -> frozenset[str]:
        """Modalities of what is named."""
        return frozenset(self._implied())

    @cached_property
    def modalities(self) -> frozenset[str]:
        """Modalities that are named themselves."""
        return frozenset(name for one in self.saids for each in one.of("modality") for name in each.names)

    def _implied(self) -> Iterator[str]:
        for mark in self.masked.marks:
            for name in mark.names:
                table = {"scanner": self.known.modality_of_scanner, "procedure": self.known.modality_of_procedure}
                if (found := table.get(mark.kind, {}).get(name)) is not None:
                    yield found
        yield from (MODALITY_OF_QUANTITY[name] for name in self.quantities if name in MODALITY_OF_QUANTITY)

    def _pairs(self) -> set[str]:
        """Fields of which two values are set against each other."""
        several = {"procedure"} if len(self.values_of("procedure")) > 1 else set()
        if not self.cues & {"versus", "compare"}:
            return several
        both = {name for one in self.saids for name in one.clears if name in NAMED}
        return several | both | {name for name in _COMPARED if len(self.values_of(name)) > 1}

    def values_of(self, name: str) -> frozenset[object]:
        """The values of a field that are named."""
        return self.values.get(name, frozenset())


def numbers_of(bound: Bound) -> list[int | float]:
    """The numbers of a limit in the unit of the plan."""
    return [scaled(one, bound.unit) for one in (bound.low, bound.high) if one is not None]


def _said(chunk: Chunk, tokens: tuple[Token, ...], today: date) -> Said:
    walk = Walk((chunk,), tokens, today, {})
    with suppress(
        NoReading, AskBack, Refuse, ValidationError
    ):  # what it said before is said; the rest needs words beside it
        walk.run(RULES)
    return walk.said


def _typed(field: str, name: str) -> object:
    if field in ("contrast", "is_outlier"):
        return _TRUTHS[name]
    return int(name) if field == "weekday" else name
