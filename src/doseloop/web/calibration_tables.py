"""Factors of a scanner as a table, and what each says of its display, in words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from doseloop.dosimetry.kerma_calibration import all_in_force
from doseloop.model.calibration import PLANES_SAID, Calibration
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Column, Row, Table
from doseloop.store.calibration_preview import DISPLAY_MAY_DIFFER, display_reads
from doseloop.store.calibrations import CalibrationShown

_LISTED: Final = (
    Column("id", "Number"),
    Column("what", "Of"),
    Column("times", "Factor"),
    Column("reads", "Display"),
    Column("days", "Study dates"),
    Column("reference", "Document"),
    Column("state", "State", "state"),
)
_TONES: Final = {"holds": "good", "not begun": "accent"}
_WHOLE: Final = (
    Column("id", "Number"),
    Column("scanner", "Scanner"),
    Column("quantity", "Quantity"),
    Column("plane", "Plane"),
    Column("factor", "Factor (measured over displayed)", "number"),
    Column("uncertainty", "Uncertainty (k = 2)", "number", "%"),
    Column("since", "First study date"),
    Column("until", "Last study date"),
    Column("measured_by", "Measured by"),
    Column("reference", "Document"),
    Column("author", "Entered by"),
    Column("made_at", "Entered", "time"),
    Column("state", "State", "state"),
)


def listed(found: Sequence[CalibrationShown], today: str, scanner: int) -> Table:
    """One row for each factor, whether it holds or not, for a page."""
    holding = holding_on(found, today)
    rows = (_row(one, state_of(one, holding, today), scanner) for one in found)
    return Table("calibration", "Factors", _LISTED, rows)


def whole(found: Sequence[CalibrationShown], today: str, scanner: int) -> Table:
    """The same with every field of its own, for a file."""
    holding = holding_on(found, today)
    rows = (_whole_row(one, state_of(one, holding, today)) for one in found)
    return Table(f"calibration-of-scanner-{scanner}", "Calibration", _WHOLE, rows)


def holding_on(found: Iterable[CalibrationShown], day: str) -> tuple[Calibration, ...]:
    """Those that hold on a day (ISO), of each name of the scanner its own."""
    by_scanner: dict[int, list[Calibration]] = defaultdict(list)
    for one in found:
        if one.in_force:
            by_scanner[one.scanner].append(one.calibration)
    return tuple(holds for known in by_scanner.values() for holds in all_in_force(known, day))


def state_of(one: CalibrationShown, holding: Iterable[Calibration], today: str) -> str:
    """Whether it holds today, and if not why."""
    if not one.in_force:
        return "taken back"
    if one.calibration in holding:
        return "holds"
    return "not begun" if one.calibration.since > today else "ended"


def what_of(calibration: Calibration) -> str:
    """`KAP, plane A`."""
    return f"{QUANTITIES[calibration.quantity].symbol}, {PLANES_SAID[calibration.plane]}"


def reads_said(factor: float) -> str:
    """How the display differs from what was measured: `9 % too high`."""
    percent = round(100 * display_reads(factor))
    if percent == 0:
        return "right"
    return f"{abs(percent)} % too {'high' if percent > 0 else 'low'}"


def days_said(since: str, until: str) -> str:
    """The study dates of a factor in words."""
    return f"{since} to {until}" if until else f"since {since}"


def _row(one: CalibrationShown, state: str, scanner: int) -> Row:
    calibration = one.calibration
    percent = calibration.uncertainty_percent
    far = abs(display_reads(calibration.factor)) > DISPLAY_MAY_DIFFER
    return Row(
        (
            calibration.id, what_of(calibration), f"× {calibration.factor:g}", reads_said(calibration.factor),
            days_said(calibration.since, calibration.until), calibration.reference, state,
        ),
        tones={"state": _TONES.get(state, "quiet"), **({"reads": "above"} if far else {})},
        notes={
            "what": f"entered for {one.scanner_name}" if one.scanner != scanner else "",
            "times": f"± {percent:g} %" if percent is not None else "",
            "reference": f"measured by {calibration.measured_by}, entered by {one.author}",
        },
    )  # fmt: skip


def _whole_row(one: CalibrationShown, state: str) -> Row:
    of = one.calibration
    return Row(
        (
            of.id, one.scanner_name, QUANTITIES[of.quantity].symbol, PLANES_SAID[of.plane], of.factor,
            of.uncertainty_percent, of.since, of.until, of.measured_by, of.reference, one.author, one.made_at, state,
        ),
    )  # fmt: skip
