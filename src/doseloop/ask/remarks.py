"""What an answer says beside its figures: what is not in them, and what they may not be taken for."""

from collections.abc import Sequence
from typing import Final

from doseloop.ask.answer import ReferenceUsed, Table
from doseloop.ask.compiled_figures import Found
from doseloop.ask.fields import PEOPLE
from doseloop.ask.figures import figures_of
from doseloop.ask.measures import MEASURES
from doseloop.ask.selection import Selection
from doseloop.ask.wording import words
from doseloop.model.quantities import COMPUTED

_MAY_MISS: Final = ("weight_kg", "age_years", "bmi", "age_group")
_RELATIONS: Final = frozenset(("gt", "gte", "lt", "lte", "between", "in"))


def left_out_of(selection: Selection) -> list[tuple[str, int, str]]:
    """Exams that a condition leaves out because what it asks of is not known, and those that are excluded as phantom or test."""
    told = []
    for one in selection.plan.filters:
        if one.field in _MAY_MISS and one.op in _RELATIONS:
            field = {"age_group": "age_years"}.get(one.field, one.field)
            known = field if field != "bmi" else "weight_kg"
            others = [each for each in selection.plan.filters if each.field not in (one.field, "exceeds", "is_outlier")]
            table = selection.ungrouped(selection.ground.whole, others)
            without = table.filter(table[known].isnull())
            n = selection.ground.session.records(without.agg(n=without.exam.nunique()))[0]["n"]
            if n:
                said = words()["left_out"]["unknown"].format(n=n, field=words()["fields"][known])
                told.append(("unknown", n, said))
    return told


def notes_of(selection: Selection, table: Table, references: Sequence[ReferenceUsed], found: Found) -> list[str]:
    """In the order in which they matter."""
    said, plan = words()["notes"], selection.plan
    notes = [*_of_period(selection), *_of_phantoms(selection, table, found)]
    figures = figures_of(plan, selection.modalities) if plan.intent == "aggregate" else ()
    measures = dict.fromkeys(one.measure for one in figures if one.measure is not None)
    notes += [said["acquisition"].format(symbol=one.quantity.symbol) for one in measures if one.per_acquisition]
    notes += [said["computed"].format(symbol=one.quantity.symbol) for one in measures if one.column in COMPUTED]
    stats = {one.stat for one in plan.metrics}
    if stats & {"exceed_count", "exceed_rate"} or any(one.field == "exceeds" for one in plan.filters):
        notes.append(said["each_exam"])
    if "repeat_count" in stats:
        notes.append(said["repeats"])
    if PEOPLE & set(plan.group_by):
        notes.append(said["multiple"])
    if any(one.field == "cumulative_effective_dose_msv" for one in plan.filters):
        notes.append(said["cumulative"])
    notes += [said["unverified"].format(title=one.title) for one in references if not one.usable_when_signed]
    if len(table.rows) < table.total:
        notes.append(said["limited"].format(shown=len(table.rows), total=table.total))
    return notes


def _of_period(selection: Selection) -> list[str]:
    plan = selection.plan
    if plan.time is None and plan.intent not in ("reference", "describe"):
        return [str(words()["notes"]["usual_window"])]
    return []


def _of_phantoms(selection: Selection, table: Table, found: Found) -> list[str]:
    said = words()["notes"]
    if any(one.key == "phantom" and one.kind == "group" for one in table.columns):
        return [str(said["phantoms"])]
    needing = {f"n:{name}" for name, one in MEASURES.items() if one.needs_phantom}
    keys = {key[-1] for key, values in found.groups.items() if needing & values.keys()}
    if len(keys) == 1:
        (only,) = keys
        phantom = words()["phantom_unknown"] if only is None else words()["phantom"].format(cm=only)
        return [str(said["one_phantom"].format(phantom=phantom))]
    return []
