"""Computed values of an exam as its page and its files show them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from doseloop.dosimetry.methods import METHODS
from doseloop.model.calibration import CALIBRATED, Calibration
from doseloop.model.estimate import Estimate, Estimated, ExamEstimates, Input
from doseloop.model.quantities import QUANTITIES, shown
from doseloop.report.table import Column, Row, Table, Value
from doseloop.store.computed import computed

_TITLES = {one.id: one.title for one in METHODS}
_SOURCES = {
    "object": "dose object", "images": "images", "exam": "exam", "procedure": "procedure", "scanner": "entered for the scanner",
    "site": "entered for the site", "method": "computed", "assumed": "assumed",
}  # fmt: skip
_COLUMNS = (
    Column("of", "Of"),
    Column("quantity", "Quantity"),
    Column("value", "Value", "number"),
    Column("low", "Low", "number"),
    Column("high", "High", "number"),
    Column("unit", "Unit"),
    Column("default", "Stands for the quantity"),
    Column("verified", "Verified"),
    Column("method", "Method"),
    Column("version", "Version", "number"),
    Column("coefficients", "Coefficients"),
    Column("inputs", "Made from"),
    Column("assumptions", "Assumptions, or why there is none"),
)


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """A computed value."""

    of: str
    estimate: Estimate
    method_title: str
    inputs: tuple[str, ...]
    """What it was made from, in words."""


@dataclass(frozen=True, slots=True)
class WithoutValue:
    """What was not computed, of what, and why."""

    of: str
    quantity: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComputedOfExam:
    """The section of the page."""

    values: tuple[ComputedValue, ...]
    others: tuple[ComputedValue, ...]
    """By methods that do not stand for their quantity."""
    without: tuple[WithoutValue, ...]
    is_current: bool
    calibrations: tuple[Calibration, ...]


def of_exam(request: HttpRequest, exam: int) -> ComputedOfExam | None:
    """What was computed of the exam; None where there is nothing to tell."""
    found = computed(request.access, exam)  # type: ignore[attr-defined]
    if found is None:
        return None
    listed = list(_listed(found.estimates))
    values = [_value(of, one) for of, one in listed if isinstance(one, Estimate)]
    without = _grouped((of, one) for of, one in listed if not isinstance(one, Estimate))
    if not values and not without:
        return None
    default, others = ([one for one in values if _stands(one) is wanted] for wanted in (True, False))
    return ComputedOfExam(tuple(default), tuple(others), tuple(without), found.is_current, found.calibrations)


def _stands(one: ComputedValue) -> bool:
    """Whether it is seen at once: what stands for its quantity, and the exam's kerma as its tube was calibrated."""
    return one.estimate.is_default or (one.of == "Exam" and one.estimate.quantity in CALIBRATED)


def table(request: HttpRequest, exam: int) -> Table:
    """Every computed value of the exam, for a file."""
    found = computed(request.access, exam)  # type: ignore[attr-defined]
    listed = list(_listed(found.estimates)) if found else []
    rows = [_row(f"exam {exam}" if of == "Exam" else f"exam {exam}, {of.lower()}", one) for of, one in listed]
    nothing = Row((f"exam {exam}", *([None] * (len(_COLUMNS) - 2)), "Nothing is computed of its events."))
    return Table(f"exam-{exam}-computed", "Computed values", _COLUMNS, rows or [nothing])


def _listed(made: ExamEstimates) -> Iterator[tuple[str, Estimated]]:
    """Of the whole first; a part that is the whole exam is not told twice, nor a sum of one term."""
    yield from (("Exam", one) for one in made.whole)
    if len(made.parts) > 1:
        yield from ((f"Part {number}", one) for number, found in enumerate(made.parts, 1) for one in found)
    yield from ((f"Event {number}", one) for number, found in enumerate(made.events, 1) for one in found)


def _value(of: str, one: Estimate) -> ComputedValue:
    return ComputedValue(of, one, _TITLES.get(one.method, one.method), tuple(map(_said, one.inputs)))


def _said(one: Input) -> str:
    known = QUANTITIES.get(one.name)
    name = known.symbol if known else one.name.replace("_", " ")
    value = shown(one.name, one.value) if known and isinstance(one.value, float) else _plain(one.value)
    detail = f", {one.detail}" if one.detail else ""
    return f"{name} {value} ({_SOURCES[one.source]}{detail})"


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _grouped(found: Iterable[tuple[str, Estimated]]) -> list[WithoutValue]:
    """One line for a reason, however many events it holds for."""
    of_reasons: dict[tuple[str, str], list[str]] = {}
    for of, one in found:
        if not isinstance(one, Estimate):
            of_reasons.setdefault((one.quantity, one.reason), []).append(of)
    return [WithoutValue(_places(of), quantity, reason) for (quantity, reason), of in of_reasons.items()]


def _places(of: list[str]) -> str:
    numbers = [one.removeprefix("Event ") for one in of]
    return of[0] if len(of) == 1 else f"Events {', '.join(numbers[:-1])} and {numbers[-1]}"


def _row(of: str, one: Estimated) -> Row:
    unit = QUANTITIES[one.quantity].unit
    if not isinstance(one, Estimate):
        nothing: tuple[Value, ...] = (None, None, None, unit, None, None, one.method, None, "", "", one.reason)
        return Row((of, one.quantity, *nothing))
    words = ("; ".join(map(_said, one.inputs)), " ".join(one.assumptions))
    numbers = (one.value, one.low, one.high, unit, one.is_default, one.verified)
    return Row((of, one.quantity, *numbers, one.method, one.version, one.coefficients, *words))
