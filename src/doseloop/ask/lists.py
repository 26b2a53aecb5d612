"""Lists of exams with the values that are asked, and those that are outliers."""

from typing import Any, Final

import ibis
import ibis.expr.types as ir

from doseloop.ask.answer import Column, Table
from doseloop.ask.compiled_figures import Found, counts
from doseloop.ask.figures import valued
from doseloop.ask.measures import Measure
from doseloop.ask.selection import Selection
from doseloop.ask.wording import words
from doseloop.model.errors import NotAnswerable

_FIXED: Final = ("exam", "exam_started_at", "site_name", "scanner_name", "settled")


def listed(selection: Selection) -> Table:
    """One row for each exam, or for each procedure within one where the plan names any; the newest first unless it orders.

    What is counted by acquisition stands with the highest of the row. Where values are asked, rows have one of them at least;
    provisional ones are among them and say so.
    """
    level = selection.ground.whole
    table = selection.ungrouped(level, list(selection.plan.filters))
    measures = _asked(selection)
    table = _with_values(selection, table, measures)
    if measures and selection.plan.metrics:
        table = table.filter(ibis.or_(*(table[one.name].notnull() for one in measures)))
    return _table(selection, table, measures)


def outlying(selection: Selection) -> tuple[Table, int]:
    """The rows beyond the fences, farthest first, and of how many values they are."""
    main = selection.main
    found = selection.outliers(list(selection.plan.filters))
    told = selection.ungrouped(main.level("part"), [one for one in selection.plan.filters if one.field != "is_outlier"])
    values = told.filter(told.settled, told.eligible, told[main.column].notnull())
    n = selection.ground.session.records(values.agg(n=values.count()))[0]["n"]
    shown = found.mutate(**{main.name: found[main.column]})
    return _table(selection, shown, (main,)), n


def _asked(selection: Selection) -> tuple[Measure, ...]:
    if not selection.plan.metrics or any(one.stat != "count" for one in selection.plan.metrics):
        return valued(selection.plan, selection.modalities)
    return ()


def _with_values(selection: Selection, table: ir.Table, measures: tuple[Measure, ...]) -> ir.Table:
    level = selection.ground.whole
    for one in measures:
        if one.level(level) == level or one.everywhere:
            table = table.mutate(**{one.name: table.eligible.ifelse(table[one.column], None)})
            continue
        scans = selection.ungrouped("acquisition", list(selection.plan.filters))
        highest = (
            scans.filter(scans.eligible).group_by(level).agg(**{one.name: lambda row, one=one: row[one.column].max()})
        )
        table = table.mutate(of=table.unit).left_join(highest.rename(of=level), "of").drop("of", "of_right")
    return table


def _table(selection: Selection, table: ir.Table, measures: tuple[Measure, ...]) -> Table:
    plan, session = selection.plan, selection.ground.session
    total = session.records(table.agg(total=table.count()))[0]["total"]
    procedures = "procedure" if selection.ground.whole == "part" or "procedures" not in table.columns else "procedures"
    chosen = table.select(*_FIXED, "unit", *(one.name for one in measures), named=table[procedures])
    limit = plan.limit or selection.rules.list_rows
    rows = session.records(_ordered(selection, chosen, measures).limit(limit))
    said = words()["columns"]
    columns = (
        Column("exam", said["exam"], "exam"), Column("started", said["started"], "moment"),
        Column("site", words()["dimensions"]["site"], "text"), Column("scanner", words()["dimensions"]["scanner"], "text"),
        Column("procedures", said["procedures"], "text"),
        *(Column(one.name, one.quantity.symbol, "number", one.quantity.key, one.quantity.unit) for one in measures),
        Column("provisional", said["provisional"], "text"),
    )  # fmt: skip
    return Table(columns, tuple(_row(selection, row, measures) for row in rows), total)


def _row(selection: Selection, row: dict[str, Any], measures: tuple[Measure, ...]) -> tuple[Any, ...]:
    names = {one.key: one.name for one in selection.ground.known.procedures}
    keys = row["named"] if isinstance(row["named"], list) else [row["named"]]
    procedures = ", ".join(names.get(key) or key for key in keys if key)
    fixed = (row["exam"], row["exam_started_at"], row["site_name"], row["scanner_name"], procedures)
    return (*fixed, *(row[one.name] for one in measures), not row["settled"])


def _ordered(selection: Selection, table: ir.Table, measures: tuple[Measure, ...]) -> ir.Table:
    order = selection.plan.order
    last = (table.exam.desc(), table.unit.desc())
    if order is None:
        return table.order_by(table.exam_started_at.desc(nulls_first=False), *last)
    by = (order.by or "").removeprefix("value:") or (measures[0].name if measures else "")
    if by not in {one.name for one in measures}:
        raise NotAnswerable(
            "underspecified", "The value to order by is not among those that are listed.", "Order by one that is."
        )
    return table.order_by(
        table[by].desc(nulls_first=False) if order.dir == "desc" else table[by].asc(nulls_first=False), *last
    )


def too_few_of_a_person(selection: Selection) -> bool:
    """Whether what is asked of a person is of so few exams that nothing of it is shown."""
    found = Found()
    table = selection.ungrouped(selection.ground.whole, list(selection.plan.filters))
    counts(found, selection.ground, table, (), "n", "exam")
    n: int = found.groups[(None,)]["n"]
    return n < selection.rules.least_exams_of_person
