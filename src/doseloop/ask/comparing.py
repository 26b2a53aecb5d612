"""Figures beside reference levels, beside another period, or beside the rest."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from doseloop.ask.aggregate import aggregated, counting
from doseloop.ask.answer import Column, ColumnKind, Comparison, ReferenceUsed, Table
from doseloop.ask.compiled_figures import Found, Key
from doseloop.ask.compiled_groups import PHANTOM
from doseloop.ask.fields import PEOPLE
from doseloop.ask.figures import COUNTS, SHARES, Figure
from doseloop.ask.labels import label, order_of
from doseloop.ask.period import Period, before, last_year
from doseloop.ask.plan import Compare, Filter
from doseloop.ask.reference import Standard
from doseloop.ask.selection import Selection
from doseloop.ask.standing import GroupStanding, standings
from doseloop.ask.tables import dimensions, figure_column, group_column, splits
from doseloop.ask.wording import words
from doseloop.assess.level_words import group_said
from doseloop.facts.people import LEAST_OTHERS
from doseloop.model.quantities import QUANTITIES
from doseloop.store.level_sets import fingerprint

_PEERS: Final = ("operator", "physician", "scanner", "manufacturer", "protocol", "site")
"""Whose rest it is, where a plan filters by several."""


def other_period(selection: Selection, source: str) -> Period:
    """The period that a plan's is compared with."""
    asked, now = selection.plan.time, selection.ground.now
    return last_year(asked, now) if source == "last_year" else before(asked, now)


def beside_period(selection: Selection, one: Compare, figures: tuple[Figure, ...]) -> Comparison:
    """The same figures of another period, for each group but without the grain."""
    own = _with_plan(selection, grain=None)
    other = replace(own, period=other_period(selection, one.source))
    table = _beside(own, aggregated(own, figures), aggregated(other, figures), figures, one.source)
    return Comparison("period", one.source, table, "", other.period.start, other.period.end)


def beside_rest(selection: Selection, one: Compare, figures: tuple[Figure, ...]) -> Comparison:
    """The same figures of all others: other scanners, sites or people than those that the plan names."""
    field = next(
        name for name in _PEERS if any(each.field == name and each.op == "in" for each in selection.plan.filters)
    )
    kept = [each for each in selection.plan.filters if not (each.field == field and each.op == "in")]
    asked = next(each for each in selection.plan.filters if each.field == field and each.op == "in")
    groups = [each for each in selection.plan.group_by if each != field]
    own = _with_plan(selection, grain=None, group_by=groups)
    rest = _with_plan(
        selection, grain=None, group_by=groups, filters=[*kept, asked.model_copy(update={"op": "not_in"})]
    )
    if field in PEOPLE:
        if not enough_others(selection, asked, kept):
            columns = _beside(own, Found(), Found(), figures, one.source).columns
            return Comparison("peers", one.source, Table(columns, (), 0), str(words()["sentences"]["person_rest"]))
        named = Filter(field=asked.field, op="not_null", value=True)
        rest = _with_plan(rest, filters=[*rest.plan.filters, named])
    table = _beside(own, aggregated(own, figures), aggregated(rest, figures), figures, one.source)
    return Comparison("peers", one.source, table, "")


def enough_others(selection: Selection, asked: Filter, kept: list[Filter]) -> bool:
    """Whether at least two others have enough exams besides those that they did together with whom the plan names."""
    by_person = _with_plan(
        selection, grain=None, group_by=[asked.field], filters=[*kept, asked.model_copy(update={"op": "not_in"})]
    )
    table, groups = by_person.rows(counting(by_person.plan, by_person.ground.whole))
    made = table.group_by(*groups).agg(n=table.exam.nunique())
    sizes = [row["n"] for row in selection.ground.session.records(made) if row[groups[0]] is not None]
    enough: int = sum(n >= selection.rules.least_exams_of_person for n in sizes)
    return enough >= LEAST_OTHERS


def beside_levels(selection: Selection, one: Compare) -> tuple[Comparison, tuple[ReferenceUsed, ...]]:
    """The median of each group, procedure and site beside the levels of that site."""
    own = _with_plan(selection, grain=None)
    known = own.standards(one.source)
    found: list[GroupStanding] = []
    for level in ("acquisition", "part"):
        table, groups = own.rows(level)
        days = _days(own.period)
        found += standings(own.ground.session, table, groups, level, known, own.rules.levels, days)
    least = selection.rules.least_exams_of_person
    if PEOPLE & {*selection.plan.group_by, *(each.field for each in selection.plan.filters)}:
        found = [each for each in found if each.n >= least]
    used = {each.standard.source.id: each.standard for each in found}
    return Comparison("reference", one.source, _standing_table(own, found), ""), tuple(
        map(reference_used, used.values())
    )


def reference_used(one: Standard) -> ReferenceUsed:
    """How a set is told in an answer."""
    source = one.source
    return ReferenceUsed(
        source.id, source.title, source.country, source.authority, source.year, source.status, source.verification,
        fingerprint(source), one.usable_when_signed,
    )  # fmt: skip


def _with_plan(selection: Selection, **changes: Any) -> Selection:
    plan = selection.plan.model_copy(update=changes)
    return replace(selection, ground=replace(selection.ground, plan=plan))


def _days(period: Period) -> tuple[date, date] | None:
    if period.start is None or period.end is None:
        return None
    return period.start.date(), (period.end - timedelta(microseconds=1)).date()


def _beside(selection: Selection, own: Found, other: Found, figures: tuple[Figure, ...], source: str) -> Table:
    split = splits(own) or splits(other)
    names = dimensions(selection.plan) if split else dimensions(selection.plan)[:-1]
    groups, others = (found.groups if split else _merged(found) for found in (own, other))
    keys = sorted(groups.keys() | others.keys(), key=lambda key: _place(selection, key))
    columns = [group_column(one) for one in names]
    for one in figures:
        columns += _columns_beside(one, source)
    rows = [_row_beside(selection, names, key, groups.get(key, {}), others.get(key, {}), figures) for key in keys]
    return Table(tuple(columns), tuple(rows[: selection.rules.most_rows]), len(rows))


def _columns_beside(figure: Figure, source: str) -> list[Column]:
    said, column = words()["columns"], figure_column(figure)
    other = words()["others"][source]
    beside = [
        column,
        replace(column, key=f"other:{column.key}", label=said["other"].format(label=column.label, other=other)),
    ]
    if figure.measure is not None and figure.stat not in SHARES:
        name = said["n"].format(symbol=figure.measure.quantity.symbol)
        beside += [
            Column(f"n:{figure.measure.name}", name, "count"),
            Column(f"other:n:{figure.measure.name}", f"{name}, {other}", "count"),
        ]
    change = replace(column, key=f"change:{column.key}", label=said["change"].format(label=column.label))
    ratio = Column(f"ratio:{column.key}", said["ratio"].format(label=column.label), "share")
    return [*beside, change, *([] if figure.stat in SHARES else [ratio])]


def _row_beside(
    selection: Selection,
    names: tuple[str, ...],
    key: Key,
    own: dict[str, Any],
    other: dict[str, Any],
    figures: tuple[Figure, ...],
) -> tuple[Any, ...]:
    row: list[Any] = [label(name, each, selection.ground.known) for name, each in zip(names, key, strict=False)]
    for one in figures:
        empty = 0 if one.stat in COUNTS else None
        now, then = own.get(one.key, empty), other.get(one.key, empty)
        row += [now, then]
        if one.measure is not None and one.stat not in SHARES:
            row += [own.get(f"n:{one.measure.name}", 0), other.get(f"n:{one.measure.name}", 0)]
        change = None if now is None or then is None else now - then
        row.append(change)
        if one.stat not in SHARES:
            row.append(change / then if change is not None and then else None)
    return tuple(row)


def _merged(found: Found) -> dict[Key, dict[str, Any]]:
    merged: dict[Key, dict[str, Any]] = {}
    for key, values in found.groups.items():
        merged.setdefault((*key[:-1], None), {}).update(values)
    return merged


def _place(selection: Selection, key: Key) -> tuple[tuple[int, Any], ...]:
    names = dimensions(selection.plan)
    return tuple(order_of(name, each, selection.ground.known) for name, each in zip(names, key, strict=True))


_STANDING_COLUMNS: Final[tuple[tuple[str, ColumnKind], ...]] = (
    ("site", "text"), ("procedure", "text"), ("level_of", "text"), ("quantity", "text"), ("level", "number"), ("median", "number"),
    ("n", "count"), ("patients", "count"), ("least", "count"), ("state", "text"), ("close", "text"), ("sizes", "text"),
    ("left_out", "text"), ("set", "text"), ("level_id", "text"),
)  # fmt: skip


def _standing_table(selection: Selection, found: list[GroupStanding]) -> Table:
    names = tuple(one for one in dimensions(selection.plan) if one != PHANTOM)
    rows = sorted(found, key=lambda one: _standing_order(selection, names, one))
    said = {
        **words()["columns"],
        **words()["dimensions"],
        "quantity": "quantity",
        "least": "patients needed",
        "level_id": "level id",
    }
    said.update(median=words()["stats"]["median"], n="n")
    columns = (
        *(group_column(one) for one in names),
        *(Column(f"standing:{key}", said[key], kind) for key, kind in _STANDING_COLUMNS),
    )
    return Table(
        columns, tuple(_standing_row(selection, names, one) for one in rows[: selection.rules.most_rows]), len(rows)
    )


def _standing_order(selection: Selection, names: tuple[str, ...], one: GroupStanding) -> tuple[Any, ...]:
    known, level = selection.ground.known, one.standard.level
    keys = tuple(order_of(name, each, known) for name, each in zip(names, one.key, strict=True))
    return (*keys, label("procedure", level.procedure, known), one.standard.site, level.quantity, level.id)


def _standing_row(selection: Selection, names: tuple[str, ...], one: GroupStanding) -> tuple[Any, ...]:
    known, level, source = selection.ground.known, one.standard.level, one.standard.source
    quantity = QUANTITIES[level.quantity]
    left_out = ", ".join(f"{n} {why}" for why, n in one.left_out.items())
    return (
        *(label(name, each, known) for name, each in zip(names, one.key, strict=True)),
        label("site", one.standard.site, known), label("procedure", level.procedure, known), group_said(level.group),
        f"{quantity.symbol}, {quantity.unit}", level.value, one.median, one.n, one.n_patients, one.least,
        words()["states"][one.state], one.is_close, f"{one.sizes}: {one.sizes_said}" if one.sizes_said else one.sizes,
        one.no_verdict or left_out, f"{source.authority} {source.year}", level.id,
    )  # fmt: skip
