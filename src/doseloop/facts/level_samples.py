"""The values of all groups that are compared with reference levels, drawn at once: two queries, whatever the number of groups."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from doseloop.access.scope import Scope
from doseloop.assess.samples import SIZE_SOURCES, Samples, joined
from doseloop.facts.engine import Facts, Session
from doseloop.facts.windows import Window
from doseloop.model.reference_level import Per, ReferenceLevel

_MONTHS: Final = 12
_KEY = ("scanner", "procedure", "view")


@dataclass(frozen=True, slots=True)
class Draw:
    """Which values a group is drawn from."""

    scanner: int
    procedure: str
    quantity: str
    per: Per
    view: str = ""
    """Projection, in small letters; empty where the quantity is not looked at by projection."""


Drawn = Mapping[tuple[str, str, Per], Sequence[tuple[Draw, Samples]]]
"""Groups by procedure, quantity and what a value is of."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is drawn of a procedure."""

    procedure: str
    quantity: str
    per: Per
    by_view: bool = False


def wanted_for(level: ReferenceLevel) -> Wanted:
    """What a level is compared with. Errors: `ValueError` for a level of no procedure."""
    if level.procedure is None:
        raise ValueError(f"The level {level.id} is for no procedure.")
    return Wanted(level.procedure, level.quantity, level.per, bool(level.views))


def level_samples(
    facts: Facts, scope: Scope, wanted: Iterable[Wanted], window: Window, site: int, scanner: int | None = None
) -> Drawn:
    """The values of each group with any, of a site's exams that started in the window, or of one of its scanners.

    Eligible parts alone: no header estimates, nothing set apart. By part for what is per examination, by main acquisition for what
    is per acquisition. Provisional ones are among them and say so.
    """
    asked = sorted(set(wanted), key=str)
    found: dict[tuple[str, str, Per], list[tuple[Draw, Samples]]] = defaultdict(list)
    with facts.session(scope) as session:
        sources = (
            ("examination", session.parts),
            ("acquisition", session.events.filter(session.events.role == "main")),
        )
        for per, rows in sources:
            chosen = [one for one in asked if one.per == per and one.quantity in rows.columns]
            if chosen:
                for draw, samples in _drawn(session, _within(rows, window, site, scanner), chosen):
                    found[draw.procedure, draw.quantity, draw.per].append((draw, samples))
    return found


def of_scanners(drawn: Drawn, level: ReferenceLevel) -> dict[int, Samples]:
    """What the level is compared with on each scanner: the projections that it names, all where it names none."""
    groups: dict[int, list[Samples]] = defaultdict(list)
    for draw, samples in drawn.get((level.procedure or "", level.quantity, level.per), ()):
        if not level.views or draw.view in level.views:
            groups[draw.scanner].append(samples)
    return {scanner: parts[0] if len(parts) == 1 else joined(parts) for scanner, parts in groups.items()}


def _within(rows: ir.Table, window: Window, site: int, scanner: int | None) -> ir.Table:
    asked = [
        rows.site == site,
        rows.exam_started_at >= window.first_moment,
        rows.exam_started_at < window.end_moment,
        rows.eligible & (rows.excluded_as == ""),
    ]
    return rows.filter(*asked, *([] if scanner is None else [rows.scanner == scanner]))


def _drawn(session: Session, rows: ir.Table, wanted: list[Wanted]) -> Iterator[tuple[Draw, Samples]]:
    table = session.table(_columns(rows, wanted))
    starts = _starts(table)
    columns = _arrays(table)
    keys = {name: table[name].take(pa.array(starts[:-1])).to_pylist() for name in _KEY}
    by_procedure: dict[str, list[Wanted]] = {}
    for one in wanted:
        by_procedure.setdefault(one.procedure, []).append(one)
    quantities = {one.quantity: _numbers(table[one.quantity]) for one in wanted}
    for place, (first, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        for one in by_procedure[keys["procedure"][place]]:
            values = quantities[one.quantity][first:end]
            told = ~np.isnan(values)
            if told.any():
                group = Samples(values, *(column[first:end] for column in columns))
                draw = Draw(keys["scanner"][place], one.procedure, one.quantity, one.per, keys["view"][place])
                yield draw, group if told.all() else group.where(told)


def _columns(rows: ir.Table, wanted: list[Wanted]) -> ir.Table:
    """The rows in the order of groups, and within a group of time."""
    by_view = sorted({one.procedure for one in wanted if one.by_view})
    view = rows.procedure.isin(by_view).ifelse(rows["view"].lower(), "") if by_view else ibis.literal("")
    thickness = rows.compression_thickness_mm if "compression_thickness_mm" in rows.columns else ibis.null(float)
    # A weight whose source is not told is the object's.
    source = ibis.cases(*((rows.weight_source == one, SIZE_SOURCES.index(one)) for one in SIZE_SOURCES[2:]), else_=1)
    chosen = rows.filter(rows.procedure.isin(sorted({one.procedure for one in wanted}))).select(
        *("scanner", "procedure", "weight_kg", "phantom_cm", "settled", "exam_started_at", "exam", "patient"),
        *sorted({one.quantity for one in wanted}),
        view=view,
        size_source=source.cast("int8"),
        age_months=rows.age_years * _MONTHS,
        thickness_mm=thickness,
    )
    return chosen.order_by(*_KEY, "exam_started_at", "exam")


def _starts(table: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where each group begins, and the end."""
    changes = np.zeros(table.num_rows, dtype=bool)
    for name in _KEY:
        column = table[name].combine_chunks()
        codes = column if name == "scanner" else pc.dictionary_encode(column).indices
        numbers = codes.to_numpy(zero_copy_only=False)
        changes[1:] |= numbers[1:] != numbers[:-1]
    changes[:1] = True
    return np.append(np.flatnonzero(changes), table.num_rows)


def _arrays(table: pa.Table) -> tuple[np.ndarray[tuple[int], np.dtype[Any]], ...]:
    """All columns of `Samples` but the values."""
    return (
        _numbers(table["weight_kg"]),
        table["size_source"].to_numpy(),
        pc.fill_null(table["phantom_cm"], 0).to_numpy(),
        table["settled"].to_numpy(),
        _numbers(table["age_months"]),
        _numbers(table["thickness_mm"]),
        table["exam_started_at"].to_numpy().astype("datetime64[D]"),
        table["patient"].to_numpy(),
        table["exam"].to_numpy(),
    )


def _numbers(column: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(column.to_numpy(), dtype=float)
