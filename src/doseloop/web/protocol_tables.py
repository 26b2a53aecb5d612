"""Changes of protocols on a scanner, and copies that another one sets otherwise, as tables."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from doseloop.assess.protocol_change import Change
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.report.table import Column, Row, Table
from doseloop.store.protocol_changes import Copy, ShownChange
from doseloop.web.clock import wall_clock

_CHANGES = (
    Column("protocol", "Protocol"),
    Column("changed", "Changed"),
    Column("since", "Since", "time"),
    Column("version", "With software"),
    Column("exams", "Exams touched", "number"),
    Column("before", "Median dose before"),
    Column("after", "Median dose since"),
)
_COPIES = (
    Column("protocol", "Protocol"),
    Column("scanner", "Scanner"),
    Column("setting", "Setting"),
    Column("here", "Here"),
    Column("there", "There"),
)


def changes_table(scanner: int, found: Iterable[ShownChange], units: Mapping[str, str]) -> Table:
    """One row a change."""
    return Table(
        f"protocol-changes-of-scanner-{scanner}", "Protocol changes", _CHANGES, (_change(one, units) for one in found)
    )


def _change(one: ShownChange, units: Mapping[str, str]) -> Row:
    change = one.change
    before, since = (_dose(one.quantity, value, units) for value in (change.dose_before, change.dose_since))
    values = (
        change.protocol,
        "; ".join(each.sentence for each in change.differences),
        change.since,
        one.version,
        change.exams,
        before,
        since,
    )
    links = {"since": reverse("exam", args=[change.exam])}
    return Row(values, links=links, notes=_compared(change), shown={"since": wall_clock(change.since)})


def _dose(quantity: str, value: float | None, units: Mapping[str, str]) -> str:
    return "" if value is None else f"{QUANTITIES[quantity].symbol} {shown(quantity, value, units.get(quantity))}"


def _compared(change: Change) -> dict[str, str]:
    if not change.dose_before or change.dose_since is None:
        return {}
    percent = 100 * (change.dose_since / change.dose_before - 1)
    return {"after": f"{percent:+.0f} %, not adjusted for size".replace("-", "−", 1)}


def copies_table(scanner: int, found: Sequence[Copy]) -> Table:
    """One row a setting that differs."""
    rows = (
        Row((one.protocol, one.scanner_name, *each), links={"scanner": reverse("scanner", args=[one.scanner])})
        for one in found
        for each in one.differences
    )
    return Table(f"protocol-copies-of-scanner-{scanner}", "Protocols set otherwise elsewhere", _COPIES, rows)
