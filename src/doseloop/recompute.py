"""Computed values made again by the methods of today: what changes is shown first, and becomes current where it is wanted.

Values are written exam by exam, each with its number of change, so that a run may be ended at any time and begun anew; an exam
that changes meanwhile is made by the methods of today anyway.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from doseloop.dosimetry.methods import edition
from doseloop.store import audit, estimate_columns, estimate_rows
from doseloop.store.held_exam import Columns, HeldExam, MadeColumns, made_of

_AT_ONCE: Final = 200
_AHEAD: Final = 3
"""Batches that are read while others are computed."""
_MOST_RATIOS: Final = 200_000


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """What a run makes of one column of computed values."""

    column: str
    same: int
    changed: int
    new: int
    """Not computed before."""
    gone: int
    """Cannot be computed any more."""
    median_ratio: float | None
    """After over before, of those that changed; None where none did."""
    lowest_ratio: float | None
    highest_ratio: float | None


@dataclass(slots=True)
class Tally:
    """What a run has come to so far."""

    exams: int = 0
    written: int = 0
    editions: Counter[str] = field(default_factory=Counter)
    """Exams by the edition that their values had."""
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    ratios: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def changes(self) -> tuple[QuantityChange, ...]:
        """By column, those of events first."""
        columns = dict.fromkeys((*estimate_columns.EVENT, *(f"exam {name}" for name in estimate_columns.TOTALS)))
        return tuple(self._change(name) for name in columns if self.counts[name])

    def _change(self, name: str) -> QuantityChange:
        counted, ratios = self.counts[name], self.ratios[name]
        ends = (median(ratios), min(ratios), max(ratios)) if ratios else (None, None, None)
        return QuantityChange(name, counted["same"], counted["changed"], counted["new"], counted["gone"], *ends)

    def note(self, held: HeldExam, made: MadeColumns) -> None:
        """Count one exam."""
        self.exams += 1
        self.editions[held.exam["methods_edition"]] += 1
        self._compare("exam ", estimate_columns.TOTALS, held.exam, made.exam)
        for was, now in zip(held.events, made.events, strict=True):
            self._compare("", estimate_columns.EVENT, was, now)

    def _compare(self, of: str, columns: Iterable[str], was: Columns, now: Columns) -> None:
        for column in columns:
            kind = _kind(before := was[column], after := now[column])
            if kind:
                self.counts[f"{of}{column}"][kind] += 1
            if kind == "changed" and before and after is not None:
                kept = self.ratios[f"{of}{column}"]
                kept += [after / before] if len(kept) < _MOST_RATIOS else []


Compute = Callable[[list[HeldExam]], "Future[list[MadeColumns]]"]
"""Computes exams elsewhere, while this process reads and writes others."""


def at_once(held: list[HeldExam]) -> "Future[list[MadeColumns]]":
    """Computes them here and now."""
    done: Future[list[MadeColumns]] = Future()
    done.set_result(made_of(held))
    return done


def recompute(*, apply: bool, compute: Compute = at_once) -> Iterator[Tally]:
    """Go through every exam whose values other methods made; yields the tally after each batch, the same one each time."""
    tally = Tally()
    waiting: deque[tuple[list[HeldExam], Future[list[MadeColumns]]]] = deque()
    for held in _batches():
        waiting.append((held, compute(held)))
        if len(waiting) > _AHEAD:
            _settle(*waiting.popleft(), tally, apply=apply)
            yield tally
    while waiting:
        _settle(*waiting.popleft(), tally, apply=apply)
        yield tally
    if tally.written:
        _note(tally)


def _batches() -> Iterator[list[HeldExam]]:
    last = 0
    while keys := estimate_rows.after(last, _AT_ONCE, edition()):
        yield estimate_rows.held(keys)
        last = keys[-1]


def _settle(held: list[HeldExam], made: "Future[list[MadeColumns]]", tally: Tally, *, apply: bool) -> None:
    found = list(zip(held, made.result(), strict=True))
    for one, columns in found:
        tally.note(one, columns)
    if apply:
        tally.written += len(estimate_rows.write(found))


def _note(tally: Tally) -> None:
    """The audit keeps what a run came to."""
    told = {one.column: f"{one.changed} changed, {one.new} new, {one.gone} gone" for one in tally.changes()}
    before = {"editions": dict(tally.editions)}
    audit.record_change(audit.COMMAND, "recomputed", "exams", before=before, after={"edition": edition(), **told})


def _kind(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "" if before is after else "new" if before is None else "gone"
    return "same" if before == after else "changed"
