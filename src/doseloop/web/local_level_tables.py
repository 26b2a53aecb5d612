"""Local levels, their rooms and the values behind them, as tables for pages and files."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.urls import reverse

from doseloop.access.scope import Scope
from doseloop.assess.level_words import group_said
from doseloop.model.local_level import FrozenRoom, FrozenValue, LocalGroup, LocalLevel
from doseloop.model.quantities import QUANTITIES
from doseloop.reference.procedures import catalogue
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.store.audit import Seen
from doseloop.store.exam_detail import PatientIdentity
from doseloop.store.local_levels import LocalLevelShown
from doseloop.web.templatetags.doseloop import person

_TONES = {"in force": "good", "replaced": "quiet", "withdrawn": "quiet", "taken back": "quiet"}
_LIST = (
    Column("name", "Name"),
    Column("procedure", "Procedure"),
    Column("group", "Patients"),
    Column("quantity", "Quantity"),
    Column("value", "Value", "number"),
    Column("unit", "Unit"),
    Column("statistic", "What it is"),
    Column("rooms", "Rooms", "number"),
    Column("patients", "Patients", "number"),
    Column("first_day", "From", "time"),
    Column("last_day", "To", "time"),
    Column("author", "Set by"),
    Column("made", "Set on", "time"),
    Column("review", "Review", "time"),
    Column("data_state", "Data state", "number"),
    Column("state", "State", "state"),
    Column("note", "Note"),
    Column("sha256", "SHA-256"),
)


def state_of(one: LocalLevelShown, today: date) -> tuple[str, str]:
    """How a local level stands, and in which tone: one in force may be due for review, one that was changed is damaged."""
    if one.level is None:
        return "changed since", "above"
    if one.state == "in force" and one.level.is_due(today):
        return "review due", "caution"
    return one.state, _TONES[one.state]


def of_said(of: LocalGroup) -> str:
    """What it is for beside procedure and quantity: `adults, per examination, 32 cm phantom`."""
    phantom = f", {of.phantom_cm} cm phantom" if of.phantom_cm else ""
    return f"{group_said(of.group)}, per {of.per}{phantom}"


def as_file(found: Iterable[LocalLevelShown], today: date) -> Table:
    """One row for each local level; of one that was changed since, that alone."""
    return Table("local-levels", "Local levels", _LIST, (_row(one, today) for one in found))


def rooms(found: Iterable[FrozenRoom], quantity: str, units: Mapping[str, str]) -> Table:
    """One row for each room, those that were left out too."""
    columns = (
        Column("scanner", "Room"),
        Column("patients", "Patients", "number"),
        Column("n", "Values", "number"),
        quantity_column(quantity, units, "Median"),
        Column("sizes", "Sizes"),
        Column("left_out", "Left out because"),
    )
    rows = (Row((one.name, one.n_patients, one.n, one.median, one.sizes or None, one.left_out)) for one in found)
    return Table("rooms", "Rooms", columns, rows)


def values(
    scope: Scope,
    level: LocalLevel,
    found: Iterable[FrozenValue],
    units: Mapping[str, str],
    whose: Mapping[int, Seen],
    known: Mapping[int, PatientIdentity],
) -> Table:
    """One row for each value behind a level. An exam that is not there any more, or is not visible, is not named."""
    columns = (
        Column("exam", "Exam"),
        Column("day", "Day", "time"),
        *((Column("patient", "Patient"), Column("patient_number", "Number")) if scope.identity else ()),
        Column("scanner", "Room"),
        quantity_column(level.of.quantity, units),
        quantity_column("weight_kg", units, "Weight"),
        Column("fate", "What became of it"),
        Column("used", "In the value"),
    )
    names = {room.scanner: room.name for room in level.rooms}
    rows = (_value(scope, one, names, whose.get(one.exam), known) for one in found)
    return Table("local-level-values", "Values", columns, rows)


def _value(
    scope: Scope, one: FrozenValue, names: Mapping[int, str], seen: Seen | None, known: Mapping[int, PatientIdentity]
) -> Row:
    patient = known.get(seen.patient) if seen else None
    identity = ((person(patient.name), patient.number) if patient else (None, None)) if scope.identity else ()
    return Row(
        (
            f"exam {one.exam}" if seen else None, one.day, *identity, names.get(one.scanner), one.value, one.weight_kg, one.fate,
            "yes" if one.used else "no",
        ),
        links={"exam": reverse("exam", args=[one.exam])} if seen else {},
        notes={} if seen else {"exam": "not in the record any more, or counted in another"},
    )  # fmt: skip


def _row(one: LocalLevelShown, today: date) -> Row:
    level, (state, _) = one.level, state_of(one, today)
    if level is None:
        blank = {"name": f"local level {one.key}", "state": state, "note": one.damage, "sha256": one.sha256}
        return Row(tuple(blank.get(column.key) for column in _LIST))
    of = level.of
    return Row(
        (
            level.name, catalogue().name_of(of.procedure), of_said(of), QUANTITIES[of.quantity].symbol, level.value,
            QUANTITIES[of.quantity].unit, f"{level.called}, {level.statistic}", len(level.used_rooms), level.n_patients,
            level.first_day, level.last_day, level.author, level.made_at, level.review_on, level.data_state, state,
            level.note or None, one.sha256,
        )
    )  # fmt: skip
