"""Factors by which what a tube displays is corrected: entered by a person, in force by study date, taken back.

A factor is entered once and never changed; whether it is in force is a decision (`store.decisions`). What objects display stays as
it is: a corrected value stands beside it. An exam asks at its making which factors hold for it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.dosimetry.kerma_calibration import all_in_force
from doseloop.model.calibration import PLANES_SAID, Calibration
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import quantity
from doseloop.store import decisions, locks, scanner_merging, visible
from doseloop.store.audit import Actor
from doseloop.store.calibration_wanted import WantedCalibration
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, Scanner, TubeCalibration
from doseloop.store.prepared import Rows, Slot

IN_FORCE = "in force"
MODALITIES = frozenset(("RF", "DX", "PX"))
"""Of parts whose values a factor corrects."""
_LOCK = "calibrations"


@dataclass(frozen=True, slots=True)
class CalibrationShown:
    """A factor as it was entered (time UTC)."""

    calibration: Calibration
    scanner: int
    scanner_name: str
    author: str
    made_at: datetime
    in_force: bool
    """Whether it was not taken back; on which days it holds, `calibration` and newer ones say."""


def in_force(scanner: int, named: int | None, day: str) -> tuple[Calibration, ...]:
    """The factors that hold for a study of that scanner (keys, as in an exam) and day (ISO, empty where it is not known), one a
    quantity and plane.

    Those of the scanner as its objects name it go first; those of the scanner that it is another name of hold for what they leave.
    """
    own = all_in_force(_known(named or scanner), day)
    covered = {(one.quantity, one.plane) for one in own}
    of_root = all_in_force(_known(scanner), day) if named else ()
    return (*own, *(one for one in of_root if (one.quantity, one.plane) not in covered))


def put_into_force(scope: Scope, wanted: WantedCalibration, actor: Actor) -> str:
    """Enter a factor and put it into force; the worker makes its exams anew. Returns its id.

    Errors: `NotVisible`; `UnusableInput` where another of the same quantity and plane begins on the same day.
    """
    scanner = scanner_of(scope, wanted.scanner)
    with transaction.atomic():
        locks.hold(_LOCK)
        number = (TubeCalibration.objects.aggregate(Max("number"))["number__max"] or 0) + 1
        row = TubeCalibration.objects.create(
            number=number, site_id=scanner.site_id, scanner=scanner, quantity=wanted.quantity, plane=wanted.plane,
            factor=wanted.factor, since=wanted.since, until=wanted.until, uncertainty_percent=wanted.uncertainty_percent,
            measured_by=wanted.measured_by, reference=wanted.reference, author=actor.name, made_at=timezone.now(),
        )  # fmt: skip
        decided = Wanted(row.site_id, _id(number), told(row), IN_FORCE)
        decisions.decide(scope, CALIBRATIONS, [decided], actor)
    return _id(number)


def calibrations_of(scope: Scope, scanner: int) -> tuple[CalibrationShown, ...]:
    """Every factor of a scanner and its other names, the latest begun first. Errors: `NotVisible`."""
    scanner_of(scope, scanner)
    rows = TubeCalibration.objects.filter(scanner__in=scanner_merging.names_of(scope, scanner))
    return tuple(_shown(row) for row in rows.select_related("scanner").order_by("-since", "-number"))


def decided(scope: Scope, scanner: int) -> tuple[Batch, ...]:
    """What people entered and took back of a scanner, the latest first."""
    ids = [one.calibration.id for one in calibrations_of(scope, scanner)]
    return decisions.history(scope, CALIBRATIONS, about=Q(subject__in=ids))


def scanner_of(scope: Scope, scanner: int) -> Scanner:
    """The scanner. Errors: `NotVisible`."""
    row = visible.scanners(scope).filter(pk=scanner).first()
    if row is None:
        raise NotVisible("There is no such scanner.")
    return row


def exams_of(scanner: int, since: str, until: str) -> "QuerySet[Exam]":
    """The scanner's exams of these study dates, both included; an empty `until` is open."""
    rows = Exam.objects.filter(Q(scanner=scanner) | Q(named_scanner=scanner), started_at__gte=since)
    return rows.filter(started_at__lt=f"{until}U") if until else rows  # U: past any T of a time


def told(row: TubeCalibration) -> str:
    """The factor in one line, `K0003: KAP of Angio 1, plane A, × 0.92`."""
    return (
        f"{_id(row.number)}: {quantity(row.quantity).symbol} of {row.scanner.name}, "
        f"{PLANES_SAID[row.plane]}, × {row.factor:g} since {row.since}"
    )


def _known(scanner: int) -> list[Calibration]:
    return [_calibration(*row) for row in _IN_FORCE.all(scanner=scanner)]


_COLUMNS = (
    *("number", "quantity", "plane", "factor", "since", "until"),
    *("uncertainty_percent", "measured_by", "reference"),
)
_IN_FORCE = Rows(
    lambda: (
        TubeCalibration.objects.filter(scanner_id=Slot("scanner"), in_force=True)
        .order_by("number")
        .values_list(*_COLUMNS)
    )
)


def _put(wanted: Wanted) -> str:
    locks.hold(_LOCK)
    row = TubeCalibration.objects.select_for_update().filter(number=_number(wanted.subject), site=wanted.site).first()
    if row is None:
        raise NotVisible(f"There is no calibration {wanted.subject}.")
    if wanted.after:
        _check_alone(row)
    TubeCalibration.objects.filter(pk=row.pk).update(in_force=bool(wanted.after))
    return IN_FORCE if row.in_force else ""


def _check_alone(row: TubeCalibration) -> None:
    """Of two that begin on one day none could be said to be the newer."""
    other = _same(row).filter(since=row.since).first()
    if other:
        raise UnusableInput(f"{_id(other.number)} begins on {row.since} already. Take it back first.")


def _same(row: TubeCalibration) -> "QuerySet[TubeCalibration]":
    """Others in force of the scanner's quantity and plane."""
    alike = TubeCalibration.objects.filter(
        scanner=row.scanner_id, quantity=row.quantity, plane=row.plane, in_force=True
    )
    return alike.exclude(pk=row.pk)


def _moved(decision: Decision) -> "QuerySet[Exam]":
    """Where an older factor is in force, it ends for good where this one begins, also after this one's last day."""
    row = TubeCalibration.objects.get(number=_number(decision.subject))
    is_first = not _same(row).filter(since__lt=row.since).exists()
    return exams_of(row.scanner_id, row.since, row.until if is_first else "")


CALIBRATIONS = Kind("calibration", "tube calibrated", _put, _moved)


def _shown(row: TubeCalibration) -> CalibrationShown:
    calibration = _calibration(*(getattr(row, name) for name in _COLUMNS))
    return CalibrationShown(calibration, row.scanner_id, row.scanner.name, row.author, row.made_at, row.in_force)


def _calibration(number: int, *told: object) -> Calibration:
    return Calibration(_id(number), *told)  # type: ignore[arg-type]


def _id(number: int) -> str:
    return f"K{number:04}"


def _number(subject: str) -> int:
    return int(subject.removeprefix("K"))
