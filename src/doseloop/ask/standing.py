"""The median of each group of an answer against the reference levels of its site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from doseloop.ask.compiled_figures import Key
from doseloop.ask.reference import Standard
from doseloop.assess.level_settings import Settings
from doseloop.assess.reference_levels import Days, Kept, keep, standing
from doseloop.assess.samples import SIZE_SOURCES, Samples
from doseloop.facts.engine import Session

_FIXED: Final = ("site", "procedure")
_OTHER_FATES: Final = ("provisional", "other age", "other phantom", "unknown phantom", "other size")


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """One group against one level."""

    key: Key
    """Keys of the answer's groups."""
    standard: Standard
    state: str
    """`above`, `within`, `low`, `too few` or `no verdict`."""
    is_close: bool
    median: float | None
    n: int
    n_patients: int
    least: int
    sizes: str
    sizes_said: str
    left_out: dict[str, int]
    no_verdict: str | None


def standings(
    session: Session,
    table: ir.Table,
    groups: tuple[str, ...],
    level: str,
    standards: Sequence[Standard],
    settings: Settings,
    days: Days | None,
) -> Iterator[GroupStanding]:
    """Each group of each procedure and site of the rows, against each level of the site for it that it has values for."""
    own = [one for one in standards if one.rows == level]
    if not own:
        return
    drawn = session.table(_drawn(table, groups, own))
    by_group: dict[tuple[int, str], list[Standard]] = {}
    for one in own:
        by_group.setdefault((one.site, one.level.procedure or ""), []).append(one)
    keys = (*groups, *_FIXED)
    starts = _starts(drawn, keys)
    heads = drawn.select(list(keys)).take(pa.array(starts[:-1])).to_pylist()
    columns, views = _columns(drawn), np.array(drawn["view"].to_pylist(), dtype=object)
    for head, (first, end) in zip(heads, pairwise(starts), strict=True):
        for one in by_group.get((head["site"], head["procedure"]), ()):
            values = _numbers(drawn[one.level.quantity].slice(first, end - first))
            told = ~np.isnan(values)
            if one.level.views:
                told &= np.isin(views[first:end], one.level.views)
            samples = Samples(values, *(column[first:end] for column in columns)).where(told)
            kept = keep(samples, one.level, settings, days, by_age=True)
            if len(kept.values) or kept.no_verdict or len(samples):
                yield _stood(tuple(head[name] for name in groups), one, kept, settings)


def _stood(key: Key, one: Standard, kept: Kept, settings: Settings) -> GroupStanding:
    found = standing(kept, one.level, settings)
    return GroupStanding(
        key, one, found.state, found.is_close, found.median, found.n, found.n_patients, settings.least(one.level), kept.sizes,
        kept.sized.words, {why: n for why, n in zip(_OTHER_FATES, kept.left_out, strict=True) if n}, kept.no_verdict,
    )  # fmt: skip


def _drawn(table: ir.Table, groups: tuple[str, ...], own: Sequence[Standard]) -> ir.Table:
    rows = table.filter(table.eligible, table.procedure.isin(sorted({one.level.procedure or "" for one in own})))
    there = rows.columns
    view = rows["view"].lower() if "view" in there else ibis.literal("")
    thickness = rows.compression_thickness_mm if "compression_thickness_mm" in there else ibis.null(float)
    # A weight whose source is not told is the object's.
    source = ibis.cases(*((rows.weight_source == one, SIZE_SOURCES.index(one)) for one in SIZE_SOURCES[2:]), else_=1)
    chosen = rows.select(
        *groups, *_FIXED, "weight_kg", "phantom_cm", "settled", "exam_started_at", "patient", "exam",
        *sorted({one.level.quantity for one in own} - {"weight_kg"}),
        view=view, size_source=source.cast("int8"), age_months=rows.age_years * 12, thickness_mm=thickness,
    )  # fmt: skip
    return chosen.order_by(*groups, *_FIXED, "exam_started_at", "exam")


def _starts(drawn: pa.Table, keys: tuple[str, ...]) -> list[int]:
    """Where each group begins, and the end."""
    changes = np.zeros(drawn.num_rows, dtype=bool)
    for name in keys:
        codes = _codes(drawn[name])
        changes[1:] |= codes[1:] != codes[:-1]
    changes[:1] = True
    return [*np.flatnonzero(changes).tolist(), drawn.num_rows]


def _codes(column: pa.ChunkedArray) -> Any:
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False)


def _columns(drawn: pa.Table) -> tuple[Any, ...]:
    """All columns of `Samples` but the values."""
    return (
        _numbers(drawn["weight_kg"]),
        drawn["size_source"].to_numpy(),
        np.nan_to_num(_numbers(drawn["phantom_cm"])).astype(np.int64),
        drawn["settled"].to_numpy(),
        _numbers(drawn["age_months"]),
        _numbers(drawn["thickness_mm"]),
        drawn["exam_started_at"].to_numpy().astype("datetime64[D]"),
        drawn["patient"].to_numpy(),
        drawn["exam"].to_numpy(),
    )


def _numbers(column: pa.ChunkedArray) -> Any:
    return np.asarray(column.to_numpy(), dtype=float)
