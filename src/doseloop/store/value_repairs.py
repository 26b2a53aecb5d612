"""Repairs of values that a scanner writes wrong by a power of ten: rules with an id, put into force and taken back.

A rule is made once and never changed; whether it is in force is a decision (`store.decisions`), so that who repaired what, and
who took it back, is one history with all other decisions. An exam asks at its making which rules hold for it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.harmonise.value_repairs import REPAIRABLE, TOTALS
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.quantities import quantity
from doseloop.model.value_repair import Source, ValueRepair
from doseloop.store import decisions, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Event, Exam, Scanner, ValueRepairRow
from doseloop.store.prepared import Rows, Slot
from doseloop.store.scanners import ScannerAtSite

IN_FORCE = "in force"
MOST_POWERS = 6
"""Powers of ten that a unit can be off by: from µGy·m² to Gy·cm² it is two, from mGy to nGy six."""
_SAMPLE = 20_000
"""Values that make the medians of a preview: the newest."""
_KINDS: dict[str, Q] = {
    "report": Q(object__kind__endswith=" report") | Q(object__kind="dose summary"),
    "dose screen": Q(object__kind="dose screen"),
    "image": Q(object__kind__in=("radiograph", "mammogram", "dental image", "ct image")),
}


@dataclass(frozen=True, slots=True)
class WantedRepair:
    """A rule as a person wants it. Dates are study dates, ISO, both included; empty is open."""

    scanner: int
    quantity: str
    source: Source
    of_total: bool
    power: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would change."""

    exams: int
    values: int
    """Events, or exams where it is of stated totals."""
    median_before: float | None
    median_after: float | None


@dataclass(frozen=True, slots=True)
class RepairShown:
    """A rule with its scanner."""

    id: str
    number: int
    site: int
    scanner: int
    scanner_name: str
    quantity: str
    source: str
    of_total: bool
    power: int
    since: str
    until: str
    reason: str
    author: str
    made_at: datetime
    in_force: bool
    batch: str
    """The decision that a person would take back; empty where it is not in force."""


def in_force(scanner: ScannerAtSite, day: str) -> tuple[ValueRepair, ...]:
    """The rules that hold for a study of that scanner and day (ISO, empty where it is not known), in their order.

    Rules of the scanner as its objects name it go first; those of the scanner that it is another name of hold for what they
    leave, so that no value is repaired twice.
    """
    own = _holding(scanner.named or scanner.scanner, day)
    repaired = {_values_of(rule) for rule in own}
    of_root = _holding(scanner.scanner, day) if scanner.named else ()
    return (*own, *(rule for rule in of_root if _values_of(rule) not in repaired))


def _holding(scanner: int, day: str) -> tuple[ValueRepair, ...]:
    return tuple(
        ValueRepair(_id(number), quantity, source, of_total, power)
        for number, quantity, source, of_total, power, since, until in _IN_FORCE.all(scanner=scanner)
        if since <= day and (not until or day <= until)
    )


def _values_of(rule: ValueRepair) -> tuple[str, str, bool]:
    return rule.quantity, rule.source, rule.of_total


_IN_FORCE = Rows(
    lambda: (
        ValueRepairRow.objects.filter(scanner_id=Slot("scanner"), in_force=True)
        .order_by("number")
        .values_list("number", "quantity", "source", "of_total", "power", "since", "until")
    )
)


def preview(scope: Scope, wanted: WantedRepair) -> Preview:
    """What the rule would change, of the exams as they are now. Errors: `NotVisible`, `UnusableInput`."""
    _checked(scope, wanted)
    exams = _exams(wanted.scanner, wanted.since, wanted.until)
    if wanted.of_total:
        totals = exams.exclude(**{wanted.quantity: None})
        exam_count = values = totals.count()
        sample = list(totals.order_by("-pk").values_list(wanted.quantity, flat=True)[:_SAMPLE])
    else:
        events = Event.objects.filter(_KINDS[wanted.source], exam__in=exams).exclude(**{wanted.quantity: None})
        exam_count, values = events.values("exam").distinct().count(), events.count()
        sample = list(events.order_by("-pk").values_list(wanted.quantity, flat=True)[:_SAMPLE])
    before = median(sample) if sample else None
    rule = ValueRepair("", wanted.quantity, wanted.source, wanted.of_total, wanted.power)
    return Preview(exam_count, values, before, None if before is None else rule.of(before))


def put_into_force(scope: Scope, wanted: WantedRepair, reason: str, actor: Actor) -> str:
    """Make the rule and put it into force; the worker makes its exams anew. Returns its id.

    Errors: `NotVisible`; `UnusableInput` without a reason, or where another rule of the same values is in force then.
    """
    scanner = _checked(scope, wanted)
    if not reason.strip():
        raise UnusableInput("Say why: whoever looks later sees nothing but this reason.")
    with transaction.atomic():
        locks.hold("value repairs")
        number = (ValueRepairRow.objects.aggregate(Max("number"))["number__max"] or 0) + 1
        row = ValueRepairRow.objects.create(
            number=number, site_id=scanner.site_id, scanner=scanner, quantity=wanted.quantity, source=wanted.source,
            of_total=wanted.of_total, power=wanted.power, since=wanted.since, until=wanted.until,
            reason=reason.strip(), author=actor.name, made_at=timezone.now(),
        )  # fmt: skip
        decisions.decide(scope, REPAIRS, [_decision(row, IN_FORCE)], actor)
    return _id(number)


def row_of(repair: str) -> int:
    """Key of the row of a rule, by its id."""
    return ValueRepairRow.objects.get(number=_number(repair)).pk


def repairs(scope: Scope) -> tuple[RepairShown, ...]:
    """Every rule of the scope's sites, those in force first, then the newest."""
    rows = ValueRepairRow.objects.filter(site__in=visible.sites(scope)).select_related("scanner")
    standing = Decision.objects.filter(kind=REPAIRS.name, undone=False, undoes=False, site__in=visible.sites(scope))
    batches = dict(standing.order_by("pk").values_list("subject", "batch"))
    return tuple(_shown(row, batches) for row in rows.order_by("-in_force", "-number"))


def _checked(scope: Scope, wanted: WantedRepair) -> Scanner:
    scanner = visible.scanners(scope).filter(pk=wanted.scanner).first()
    if scanner is None:
        raise NotVisible("There is no such scanner.")
    known = set(TOTALS) - {"agd_mgy"} if wanted.of_total else set(REPAIRABLE)
    if wanted.quantity not in known:
        raise UnusableInput(f"{wanted.quantity!r} is nothing that a rule repairs.")
    if wanted.source not in _KINDS:
        raise UnusableInput("Values stand in reports, dose screens or images.")
    if not 0 < abs(wanted.power) <= MOST_POWERS:
        raise UnusableInput(f"A repair multiplies by ten to a power from -{MOST_POWERS} to {MOST_POWERS}, not 0.")
    for day in filter(None, (wanted.since, wanted.until)):
        _check_day(day)
    if wanted.until and wanted.until < wanted.since:
        raise UnusableInput("The last day of a repair is before its first.")
    return scanner


def _check_day(day: str) -> None:
    try:
        valid = date.fromisoformat(day).isoformat() == day
    except ValueError:
        valid = False
    if not valid:
        raise UnusableInput(f"{day[:20]!r} is no day. Write it as 2026-03-31.")


def _exams(scanner: int, since: str, until: str) -> "QuerySet[Exam]":
    rows = Exam.objects.filter(Q(scanner=scanner) | Q(named_scanner=scanner), started_at__gte=since)
    return rows.filter(started_at__lt=f"{until}U") if until else rows  # U: past any T of a time


def _put(wanted: Wanted) -> str:
    locks.hold("value repairs")
    row = ValueRepairRow.objects.select_for_update().filter(number=_number(wanted.subject), site=wanted.site).first()
    if row is None:
        raise NotVisible(f"There is no repair {wanted.subject}.")
    before = IN_FORCE if row.in_force else ""
    if wanted.after:
        _check_alone(row)
    ValueRepairRow.objects.filter(pk=row.pk).update(in_force=bool(wanted.after))
    return before


def _check_alone(row: ValueRepairRow) -> None:
    """Two rules that repair one value would multiply it twice."""
    same = ValueRepairRow.objects.filter(
        scanner=row.scanner_id, quantity=row.quantity, source=row.source, in_force=True
    ).exclude(pk=row.pk)
    for other in same:
        if (not row.until or other.since <= row.until) and (not other.until or row.since <= other.until):
            raise UnusableInput(f"{_id(other.number)} repairs these values already. Take it back first.")


def _moved(decision: Decision) -> "QuerySet[Exam]":
    row = ValueRepairRow.objects.get(number=_number(decision.subject))
    return _exams(row.scanner_id, row.since, row.until)


REPAIRS = Kind("repair", "value repaired", _put, _moved)


def _decision(row: ValueRepairRow, after: str) -> Wanted:
    return Wanted(row.site_id, _id(row.number), told(row), after)


def told(row: ValueRepairRow) -> str:
    """The rule in one line, `R0003: KAP of Angio 1 ÷ 100`."""
    what = f"stated {quantity(row.quantity).symbol}" if row.of_total else quantity(row.quantity).symbol
    return f"{_id(row.number)}: {what} of {row.scanner.name} {factor_said(row.power)}"


def factor_said(power: int) -> str:
    """`× 10` or `÷ 100`."""
    return f"{'×' if power > 0 else '÷'} {10 ** abs(power)}"


def _id(number: int) -> str:
    return f"R{number:04}"


def _number(subject: str) -> int:
    return int(subject.removeprefix("R"))


def _shown(row: ValueRepairRow, batches: dict[str, str]) -> RepairShown:
    return RepairShown(
        _id(row.number), row.number, row.site_id, row.scanner_id, row.scanner.name, row.quantity, row.source, row.of_total,
        row.power, row.since, row.until, row.reason, row.author, row.made_at, row.in_force,
        batches.get(_id(row.number), "") if row.in_force else "",
    )  # fmt: skip
