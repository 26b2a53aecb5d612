"""What a physicist takes for usual from a day on: the series of the rule `drift` begin anew there.

One is entered once and never changed; whether it is in force is a decision (`store.decisions`). It answers a flag, which is set
aside with it and opened with its taking back, or confirms a change of a protocol or an action of a case. By itself none begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess import drift
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.model.site_clock import clock
from doseloop.store import decisions, flags, locks, scanner_merging, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Batch, Kind, Wanted
from doseloop.store.models import Decision, Exam, Flag, NewUsualRow, Scanner

VERDICT: Final = "this is the new usual"
IN_FORCE: Final = "in force"
EVERY: Final = ""
"""In place of a series: all of the scanner."""
_LONGEST: Final = 500
_LOCK: Final = "new usuals"


@dataclass(frozen=True, slots=True)
class Begun:
    """Since when the series of a scanner are what they are."""

    days: Mapping[str, str]
    """ISO day by series, as `store.drift_series` calls it, and `EVERY`."""

    def of(self, series: str) -> str:
        """The first study date of a series; empty where it has no new usual."""
        return max(self.days.get(series, ""), self.days.get(EVERY, ""))


@dataclass(frozen=True, slots=True)
class NewUsual:
    """What a person wants to begin."""

    scanner: int
    series: str
    since: str
    """ISO day."""
    reason: str
    flag: int | None = None

    def __post_init__(self) -> None:
        """Errors: `UnusableInput`, in one sentence that says what to write."""
        try:
            valid = date.fromisoformat(self.since).isoformat() == self.since
        except ValueError:
            valid = False
        if not valid:
            raise UnusableInput(f"{self.since[:20]!r} is no day. Write it as 2026-03-31.")
        if not self.reason.strip():
            raise UnusableInput("Say why this is the new usual: whoever looks later finds it by that.")
        if len(self.reason) > _LONGEST or not all(one.isprintable() or one in "\r\n" for one in self.reason):
            raise UnusableInput(f"A reason has at most {_LONGEST} characters that can be printed.")


def begun(scope: Scope, scanner: int) -> Begun:
    """What is in force on a scanner and its other names."""
    rows = NewUsualRow.objects.filter(scanner__in=scanner_merging.names_of(scope, scanner), in_force=True)
    return Begun({str(series): str(day) for series, day in rows.values_list("series").annotate(Max("since"))})


def begin(scope: Scope, wanted: NewUsual, actor: Actor) -> str:
    """Let the series begin anew, and set the flag aside that is answered by it. Returns the id.

    Errors: `NotVisible`; `UnusableInput` where the day lies in the future, or the flag is of no drift or not open.
    """
    scanner = _scanner(scope, wanted.scanner)
    if wanted.since > clock(scanner.site.zone, timezone.now()).date().isoformat():
        raise UnusableInput("That day lies in the future, by the clock of the site.")
    with transaction.atomic():
        locks.hold(_LOCK)
        if wanted.flag is not None:
            _answer(scope, wanted, actor)
        number = (NewUsualRow.objects.aggregate(Max("number"))["number__max"] or 0) + 1
        row = NewUsualRow.objects.create(
            number=number, site_id=scanner.site_id, scanner=scanner, series=wanted.series, since=wanted.since,
            reason=wanted.reason.strip(), flag_id=wanted.flag, author=actor.name, made_at=timezone.now(),
        )  # fmt: skip
        decided = Wanted(row.site_id, _id(number), _told(row), IN_FORCE)
        decisions.decide(scope, NEW_USUALS, [decided], actor)
    return _id(number)


def take_back(scope: Scope, scanner: int, batch: str, actor: Actor) -> None:
    """Let what was usual before be usual again, and open the flag that was set aside with it.

    Errors: `NotVisible`; `UnusableInput` where it was decided about again since.
    """
    with transaction.atomic():
        locks.hold(_LOCK)
        of_scanner = {f"U{row.number:04}": row for row in _rows(scope, scanner)}
        about = Decision.objects.filter(batch=batch, kind=NEW_USUALS.name, subject__in=of_scanner)
        subjects = list(about.values_list("subject", flat=True))
        if not subjects:
            raise NotVisible("There is no such new usual on this scanner.")
        decisions.undo(scope, NEW_USUALS, batch, actor)
        for flag in (of_scanner[subject].flag for subject in subjects):
            if flag is not None and flag.state == Flag.State.SET_ASIDE and flag.verdict == VERDICT:
                flags.reopen(scope, flag.pk, actor)


def decided(scope: Scope, scanner: int) -> tuple[Batch, ...]:
    """What people began and took back on a scanner, the latest first."""
    ids = [_id(row.number) for row in _rows(scope, scanner)]
    return decisions.history(scope, NEW_USUALS, about=Q(subject__in=ids))


def decided_until() -> int:
    """A number that changes where anybody decides about a new usual."""
    return Decision.objects.filter(kind=NEW_USUALS.name).aggregate(last=Max("pk"))["last"] or 0


def scanners_decided(after: int) -> set[int]:
    """Scanners of which somebody decided since that number."""
    subjects = Decision.objects.filter(kind=NEW_USUALS.name, pk__gt=after).values_list("subject", flat=True)
    numbers = [int(one[1:]) for one in subjects]
    rows = NewUsualRow.objects.filter(number__in=numbers).values_list("scanner__root_id", "scanner_id")
    return {root or scanner for root, scanner in rows}


def series_of_flag(cause: str, quantity: str) -> str:
    """The series that a finding of the rule `drift` is about, by its cause; `EVERY` of the scanner's own."""
    named = cause.rpartition(" since ")[0]
    return EVERY if named == drift.OF_SCANNER else named.removeprefix(f"{quantity} of ")


def _answer(scope: Scope, wanted: NewUsual, actor: Actor) -> None:
    """Set the flag aside. Errors: `NotVisible` where it is not of this scanner; `UnusableInput`."""
    row = flags.locked(scope, wanted.flag or 0, {Flag.State.OPEN, Flag.State.CASE})
    roots = {row.scanner_id, row.scanner.root_id if row.scanner else None}
    if row.rule != drift.RULE or wanted.scanner not in roots:
        raise UnusableInput("A new usual answers a flag of the rule “drift” on its scanner.")
    flags.answered(row, VERDICT, f"Since {wanted.since}. {wanted.reason.strip()}", actor)


def _scanner(scope: Scope, key: int) -> Scanner:
    row = visible.scanners(scope).select_related("site").filter(pk=key).first()
    if row is None:
        raise NotVisible("There is no such scanner.")
    return row


def _rows(scope: Scope, scanner: int) -> "QuerySet[NewUsualRow]":
    names = scanner_merging.names_of(scope, scanner)
    return NewUsualRow.objects.filter(scanner__in=names).select_related("flag").order_by("number")


def _told(row: NewUsualRow) -> str:
    """`U0003: Thorax_Routine / Thorax (adults, 32 cm phantom) on CT 1 since 2026-03-31, New tube`."""
    of = row.series or "every protocol"
    return f"{_id(row.number)}: {of} on {row.scanner.name} since {row.since}, {row.reason}"


def _id(number: int) -> str:
    return f"U{number:04}"


def _put(wanted: Wanted) -> str:
    locks.hold(_LOCK)
    rows = NewUsualRow.objects.select_for_update().filter(number=int(wanted.subject[1:]), site=wanted.site)
    row = rows.first()
    if row is None:
        raise NotVisible(f"There is no new usual {wanted.subject}.")
    NewUsualRow.objects.filter(pk=row.pk).update(in_force=bool(wanted.after))
    return IN_FORCE if row.in_force else ""


def _none(decision: Decision) -> "QuerySet[Exam]":
    """No exam holds what is usual on its scanner."""
    return Exam.objects.none()


NEW_USUALS = Kind("new usual", "new usual decided", _put, _none)
