"""Figures by group: every statistic, count and share of a plan, put together by the keys of the groups."""

from typing import Final

from doseloop.ask.compiled_figures import Found, counts, missing, repeats, statistics
from doseloop.ask.fields import PEOPLE
from doseloop.ask.figures import COUNTS, SHARES, Figure
from doseloop.ask.measures import Level
from doseloop.ask.plan import Filter, Plan
from doseloop.ask.selection import Selection
from doseloop.ask.validity import shared
from doseloop.model.errors import NotAnswerable

_EXAMS: Final = "exams of the group"


def aggregated(selection: Selection, figures: tuple[Figure, ...]) -> Found:
    """The figures of every group that has any. Groups of too few exams of a person are not among them."""
    found = Found()
    valued = [one for one in figures if one.measure is not None and one.stat not in SHARES]
    for measure in dict.fromkeys(one.measure for one in valued):
        if measure is not None:
            level = measure.level(selection.ground.whole)
            table, groups = selection.rows(level)
            statistics(
                found,
                selection.ground,
                table,
                groups,
                [one for one in valued if one.measure == measure],
                selection.once(level),
            )
    for one in figures:
        if one.stat in COUNTS | SHARES:
            _counted(found, selection, one)
    sized = [one for one in selection.plan.filters if one.field == "group_count"]
    if sized or by_people(selection.plan):
        _of_enough(found, selection, sized)
    return found


def counting(plan: Plan, whole: Level) -> Level:
    """The rows that exams are counted by."""
    return "acquisition" if "thickness_band" in plan.group_by else whole


def by_people(plan: Plan) -> bool:
    """Whether a figure is of single people."""
    return bool(PEOPLE & {*plan.group_by, *(one.field for one in plan.filters if one.op == "in")})


def _counted(found: Found, selection: Selection, figure: Figure) -> None:
    ground, level = selection.ground, counting(selection.plan, selection.ground.whole)
    match figure.stat:
        case "count" | "distinct_patients":
            table, groups = selection.rows(level)
            counts(found, ground, table, groups, figure.key, "exam" if figure.stat == "count" else "patient")
        case "repeat_count":
            table, groups = selection.rows(level)
            again = table.semi_join(repeats(ground, selection.period), "exam")
            counts(found, ground, again, groups, figure.key, "exam")
        case "missing_rate":
            if figure.measure is not None:
                table, groups = selection.rows(figure.measure.level(level))
                missing(found, ground, table, groups, figure.measure, figure.key)
        case "share":
            _share(found, selection, figure, level)
        case _:
            _exceeding(found, selection, figure)


def _share(found: Found, selection: Selection, figure: Figure, level: Level) -> None:
    some, all_of_them = Found(), Found()
    base = [one for one in selection.plan.filters if not shared(one)]
    for into, wanted in ((some, selection.plan.filters), (all_of_them, base)):
        table, groups = selection.rows(level, list(wanted))
        counts(into, selection.ground, table, groups, "n", "exam")
    for key, values in all_of_them.groups.items():
        n, of = some.groups.get(key, {}).get("n", 0), values["n"]
        found.put(key, {figure.key: n / of if of else None, "with": n, "of": of})


def _exceeding(found: Found, selection: Selection, figure: Figure) -> None:
    source = next(one.source for one in selection.plan.compare if one.kind == "reference")
    marked = selection.marked(source, list(selection.plan.filters))
    groups = tuple(one for one in marked.columns if one.startswith("by_"))
    of_exams = marked.group_by("exam", *groups).agg(above=marked.above.any())
    sums = {"of": of_exams.count(), "above": of_exams.above.cast("int64").sum().fill_null(0)}
    made = of_exams.group_by(*groups).agg(**sums) if groups else of_exams.agg(**sums)
    for row in selection.ground.session.records(made):
        key = (*(row[one] for one in groups), None)
        rate = row["above"] / row["of"] if row["of"] else None
        found.put(
            key,
            {
                figure.key: row["above"] if figure.stat == "exceed_count" else rate,
                "above": row["above"],
                "of": row["of"],
            },
        )


def _of_enough(found: Found, selection: Selection, sized: list[Filter]) -> None:
    """Leave out groups of other sizes than were asked for, and those of too few exams of a person."""
    sizes = Found()
    table, groups = selection.rows(counting(selection.plan, selection.ground.whole))
    counts(sizes, selection.ground, table, groups, _EXAMS, "exam")
    least = selection.rules.least_exams_of_person if by_people(selection.plan) else 0
    people = [place for place, one in enumerate(selection.plan.group_by) if one in PEOPLE]
    nobody = set(_nobody(sizes, people))
    kept = {key for key, one in sizes.groups.items() if one[_EXAMS] >= least or key in nobody}
    found.leave_out("few of a person", len(sizes.groups) - len(kept))
    asked = {key for key in kept if all(_is(sizes.groups[key][_EXAMS], one) for one in sized)}
    found.leave_out("small group", len(kept) - len(asked))
    if least and not groups and not kept and sizes.groups:
        raise NotAnswerable(
            "permission",
            f"There are fewer than {least} such exams of a person, too few to show.",
            "Ask over a longer period.",
        )
    for key in list(found.groups):
        if (*key[:-1], None) not in asked:
            del found.groups[key]


def _nobody(sizes: Found, people: list[int]) -> list[tuple[object, ...]]:
    """Groups of exams that name nobody: there is no person to hide in them."""
    return [key for key in sizes.groups if people and all(key[place] is None for place in people)]


def _is(size: int, one: Filter) -> bool:
    values = one.value if isinstance(one.value, list) else [one.value]
    bounds = [float(value) for value in values if not isinstance(value, str)]
    match one.op:
        case "gt":
            return size > bounds[0]
        case "gte":
            return size >= bounds[0]
        case "lt":
            return size < bounds[0]
        case "lte":
            return size <= bounds[0]
        case "between":
            return bounds[0] <= size <= bounds[1]
        case "in":
            return size in bounds
        case "not_in":
            return size not in bounds
        case _:
            return True
