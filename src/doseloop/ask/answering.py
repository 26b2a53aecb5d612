"""From a plan to its answer: numbers come from the facts within the scope alone, sentences from templates."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from doseloop.access.scope import Scope
from doseloop.ask import names
from doseloop.ask.aggregate import aggregated, by_people
from doseloop.ask.answer import Answer, Chart, Comparison, LeftOut, ReferenceUsed, Series, Table
from doseloop.ask.catalogues import COUNTED, levels, scanners
from doseloop.ask.charts import box_chart, group_chart
from doseloop.ask.comparing import beside_levels, beside_period, beside_rest
from doseloop.ask.compiled_figures import Found
from doseloop.ask.compiled_rows import Ground
from doseloop.ask.fields import PEOPLE
from doseloop.ask.figures import Figure, figures_of
from doseloop.ask.known import Known, known, known_in
from doseloop.ask.labels import label
from doseloop.ask.lists import listed, outlying, too_few_of_a_person
from doseloop.ask.period import period_of
from doseloop.ask.plan import All, Plan, canonical
from doseloop.ask.remarks import left_out_of, notes_of
from doseloop.ask.rules import DEFAULT_RULES, Rules
from doseloop.ask.selection import Selection
from doseloop.ask.sentences import beside_said, figures_said, left_out_said, standings_said, where, window
from doseloop.ask.spread import box_figures, correlated, histogram, spread, spread_of
from doseloop.ask.tables import dimensions, figure_column, group_column, group_table
from doseloop.ask.validity import check
from doseloop.ask.wording import words
from doseloop.facts.engine import Facts, Session
from doseloop.model.errors import NotAnswerable
from doseloop.model.site_clock import clock
from doseloop.store import changes


@dataclass(frozen=True, slots=True)
class _Said:
    """What one kind of plan found."""

    sentence: str
    table: Table
    n: int | None
    found: Found = field(default_factory=Found)
    chart: Chart | None = None
    comparisons: tuple[Comparison, ...] = ()
    references: tuple[ReferenceUsed, ...] = ()
    notes: tuple[str, ...] = ()


def answered(plan: Plan, scope: Scope, facts: Facts, now: datetime, rules: Rules = DEFAULT_RULES) -> Answer:
    """The answer to a plan, for who may see `scope`. `now` is aware, or the wall clock of the site.

    Errors: `NotAnswerable` with its reason, what is wrong and what to ask instead; `SetupError` where the facts cannot be read.
    """
    check(plan)
    names.check_people(plan, scope)
    people = PEOPLE & {*plan.group_by, *(one.field for one in plan.filters)}
    named = known(scope, facts, protocols=False) if people else None
    state = changes.last_change()
    with facts.session(scope) as session:
        there = known_in(session)
        if named is not None:
            there = replace(there, operators=named.operators, physicians=named.physicians)
        clock, zone = clock_of(there, now)
        selection = _selection(plan, session, there, clock, rules)
        said = _KINDS[plan.intent](selection)
        extra = left_out_of(selection) if plan.intent not in ("reference", "describe") else []
        told = left_out_said(said.found, rules.least_exams_of_person)
        return Answer(
            plan=canonical(plan), sentence=said.sentence, table=said.table, start=selection.period.start,
            end=selection.period.end, zone=zone, n=said.n,
            left_out=tuple(LeftOut(*one) for one in (*told, *extra)),
            notes=(*said.notes, *notes_of(selection, said.table, said.references, said.found)),
            comparisons=said.comparisons, references=said.references, chart=said.chart, data_state=state,
            last_object_at=_last_object(session), asked_at=now,
        )  # fmt: skip


def _selection(plan: Plan, session: Session, there: Known, now: datetime, rules: Rules) -> Selection:
    if plan.intent == "describe" and plan.time is None:
        plan = plan.model_copy(update={"time": All(kind="all")})
    ground = Ground(session, there, plan, now)
    selection = Selection(ground, rules, period_of(plan.time, now), names.modalities(plan, there))
    if (
        plan.intent in ("list", "outliers", "distribution", "correlate")
        and by_people(plan)
        and too_few_of_a_person(selection)
    ):
        raise NotAnswerable(
            "permission",
            f"There are fewer than {rules.least_exams_of_person} such exams of a person, too few to show.",
            "Ask over a longer period.",
        )
    return selection


def _aggregate(selection: Selection) -> _Said:
    plan, now = selection.plan, selection.ground.now
    figures = figures_of(plan, selection.modalities)
    found = aggregated(selection, figures)
    table = group_table(plan, figures, found, selection.ground.known, selection.rules.most_rows)
    sentence = figures_said(plan, figures, table, selection.period, now)
    comparisons, references = _compared(selection, figures)
    parts = [sentence, *(one.sentence for one in comparisons)]
    return _Said(
        " ".join(parts), table, _n(found, figures), found, group_chart(plan, figures, table), comparisons, references
    )


def _compared(
    selection: Selection, figures: tuple[Figure, ...]
) -> tuple[tuple[Comparison, ...], tuple[ReferenceUsed, ...]]:
    comparisons: list[Comparison] = []
    references: tuple[ReferenceUsed, ...] = ()
    now, exceeding = selection.ground.now, any(one.stat in ("exceed_count", "exceed_rate") for one in figures)
    for one in selection.plan.compare:
        if one.kind == "reference":
            if exceeding:
                continue
            made, used = beside_levels(selection, one)
            references = (*references, *used)
            comparisons.append(replace(made, sentence=standings_said(one.source, made.table)))
        else:
            made = (
                beside_period(selection, one, figures) if one.kind == "period" else beside_rest(selection, one, figures)
            )
            comparisons.append(replace(made, sentence=beside_said(made, figures, now)))
    return tuple(comparisons), references


def _list(selection: Selection) -> _Said:
    table = listed(selection)
    sentence = words()["sentences"]["list"].format(shown=len(table.rows), total=table.total, **_context(selection))
    return _Said(sentence, table, table.total)


def _outliers(selection: Selection) -> _Said:
    table, n = outlying(selection)
    sentence = words()["sentences"]["outliers"].format(total=table.total, n=n, **_context(selection))
    return _Said(sentence, table, n)


def _distribution(selection: Selection) -> _Said:
    measure, plan = spread_of(selection), selection.plan
    figures, found = box_figures(measure), spread(selection, measure)
    _enough_people(selection, found, f"n:{measure.name}")
    table = group_table(plan, figures, found, selection.ground.known, selection.rules.most_rows)
    n = sum(one[f"n:{measure.name}"] for one in found.groups.values())
    sentence = words()["sentences"]["distribution"].format(symbol=measure.quantity.symbol, n=n, **_context(selection))
    chart = box_chart(figures, table) if plan.chart == "box" or (plan.chart == "auto" and plan.group_by) else None
    if chart is None and plan.chart != "table":
        bins = histogram(selection, measure, found)
        series = tuple(Series(_group_label(selection, key), one.points) for key, one in bins)
        chart = Chart("histogram", measure.quantity.symbol, "n", measure.quantity.key, measure.quantity.unit, series)
    return _Said(sentence, table, n, found, chart)


def _correlate(selection: Selection) -> _Said:
    pairs = correlated(selection)
    _enough_people(selection, pairs.found, "n")
    said, names_of = words(), dimensions(selection.plan)
    names_of = names_of if pairs.x.needs_phantom or pairs.y.needs_phantom else names_of[:-1]
    groups = {key: values for key, values in pairs.found.groups.items() if values["n"]}
    known_ = selection.ground.known
    rows = tuple(
        (*(label(name, each, known_) for name, each in zip(names_of, key, strict=False)), one["r"], one["n"])
        for key, one in groups.items()
    )
    count = figure_column(COUNTED[0])
    columns = (
        *map(group_column, names_of),
        replace(count, key="r", label=said["columns"]["r"], kind="number"),
        replace(count, key="n", label="n"),
    )
    only = next(iter(groups.values())) if len(groups) == 1 else None
    form = "correlation" if only and only["r"] is not None else "no_correlation"
    r = f"{only['r']:.2f}" if only and only["r"] is not None else ""
    symbols = {"x": pairs.x.quantity.symbol, "y": pairs.y.quantity.symbol}
    sentence = said["sentences"][form].format(r=r, n=pairs.n, **symbols, **_context(selection))
    chart = Chart(
        "scatter", symbols["x"], symbols["y"], pairs.y.quantity.key, pairs.y.quantity.unit, (Series("", pairs.points),)
    )
    drawn = (
        (said["notes"]["sampled"].format(shown=len(pairs.points), total=pairs.n),)
        if len(pairs.points) < pairs.n
        else ()
    )
    return _Said(sentence, Table(columns, rows, len(rows)), pairs.n, pairs.found, chart, notes=drawn)


def _reference(selection: Selection) -> _Said:
    table, used, source = levels(selection)
    form = "reference" if table.rows else "no_reference"
    said = words()
    sentence = said["sentences"][form].format(
        count=table.total, source=said["sources"][source], where=where(selection.plan)
    )
    return _Said(sentence, table, None, references=used)


def _describe(selection: Selection) -> _Said:
    plan = selection.plan if selection.plan.group_by else selection.plan.model_copy(update={"group_by": ["scanner"]})
    own = replace(selection, ground=replace(selection.ground, plan=plan))
    found = aggregated(own, COUNTED)
    if plan.group_by == ["scanner"]:
        table = scanners(own, {key[0]: values["count"] for key, values in found.groups.items()})
    else:
        table = group_table(plan, COUNTED, found, own.ground.known, own.rules.most_rows)
    by = ", ".join(words()["dimensions"][one] for one in plan.group_by)
    return _Said(
        words()["sentences"]["describe"].format(count=table.total, by=by, where=where(plan)), table, None, found
    )


def _enough_people(selection: Selection, found: Found, n: str) -> None:
    """Groups of too few values of a person are not shown."""
    if not PEOPLE & set(selection.plan.group_by):
        return
    few = [key for key, values in found.groups.items() if values[n] < selection.rules.least_exams_of_person]
    for key in few:
        del found.groups[key]
    found.leave_out("few of a person", len(few))


def _context(selection: Selection) -> dict[str, str]:
    return {"where": where(selection.plan), "window": window(selection.period, selection.ground.now)}


def _group_label(selection: Selection, key: tuple[Any, ...]) -> str:
    pairs = zip(dimensions(selection.plan), key, strict=True)
    return ", ".join(str(label(name, each, selection.ground.known)) for name, each in pairs if each is not None)


def _n(found: Found, figures: tuple[Figure, ...]) -> int | None:
    first = figures[0]
    key = (
        f"n:{first.measure.name}"
        if first.measure and f"of:{first.measure.name}" not in next(iter(found.groups.values()), {})
        else "of"
    )
    key = first.key if first.measure is None and first.stat in ("count", "distinct_patients", "repeat_count") else key
    return sum(values.get(key) or 0 for values in found.groups.values()) if figures else None


def clock_of(there: Known, now: datetime) -> tuple[datetime, str]:
    """The wall clock of the sites; UTC where they do not share one. A naive time is one already."""
    zones = {one.zone for one in there.sites}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    return (now if now.tzinfo is None else clock(zone, now)), zone


def _last_object(session: Session) -> datetime | None:
    moments = [one for one in session.names["scanners"]["last_object_at"].to_pylist() if one is not None]
    return max(moments).replace(tzinfo=UTC) if moments else None


_KINDS: Final[dict[str, Callable[[Selection], _Said]]] = {
    "aggregate": _aggregate,
    "list": _list,
    "outliers": _outliers,
    "distribution": _distribution,
    "correlate": _correlate,
    "reference": _reference,
    "describe": _describe,
}
