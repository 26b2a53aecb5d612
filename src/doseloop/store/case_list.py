"""Cases as lists show them: mine, open, overdue, closed, all."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.case import CaseState, Classification
from doseloop.model.effect_look import EffectLook
from doseloop.model.errors import NotVisible
from doseloop.model.site_clock import clock
from doseloop.store import effect_looks, visible
from doseloop.store.effect_following import gravest
from doseloop.store.models import Case

SHOWS: Final = ("mine", "open", "overdue", "closed", "all")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list (times UTC, days by the clock of its site). It names no patient."""

    id: int
    title: str
    site_id: int
    site_name: str
    zone: str
    state: str
    owner_id: int | None
    owner: str
    """Empty where nobody owns it."""
    due: date | None
    days_left: int | None
    """Until it is due, negative once it is overdue; None where it is closed or no day was said."""
    cause: str
    cause_note: str
    classification: str
    rule_pack: str
    report_by: date | None
    report_days_left: int | None
    """Until it has to be reported; None where it was, need not be, or no day was said."""
    reported_on: date | None
    opened_at: datetime
    closed_at: datetime | None
    flags: int
    actions: int
    """That were not undone."""
    effect: str
    """Verdict on its actions together (`model.effect_look`); empty before one is told."""
    look: EffectLook | None
    """The newest look that the case is told by; it may tell less than `effect`, which stays."""

    @property
    def is_overdue(self) -> bool:
        """Whether a day has passed: the one until which it is followed, or the one until which it has to be reported."""
        return any(left is not None and left < 0 for left in (self.days_left, self.report_days_left))


def case_list(
    scope: Scope, show: str, account: int | None, *, site: int | None = None, start: int = 0, most: int | None = None
) -> tuple[CaseRow, ...]:
    """Cases of the scope, those that are due first; without a day last. `account` is whose `mine` are."""
    rows = _ordered(_shown(scope, show, account, site))
    return _rows(scope, rows[start : None if most is None else start + most])


def cases_of_exam(scope: Scope, exam: int) -> tuple[CaseRow, ...]:
    """Cases that an exam is about: by a flag of it, or since a person linked it. Those that are not closed first."""
    found = visible.cases(scope).filter(Q(flags__exam=exam) | Q(linked__exam=exam)).values("pk")
    return _rows(scope, _ordered(visible.cases(scope).filter(pk__in=found)))


def count_by_show(scope: Scope, account: int | None, *, site: int | None = None) -> dict[str, int]:
    """How many cases each list has."""
    return {show: _shown(scope, show, account, site).count() for show in SHOWS}


def case_row(scope: Scope, case: int) -> CaseRow:
    """One case. Errors: `NotVisible`."""
    found = _rows(scope, _ordered(visible.cases(scope).filter(pk=case)))
    if not found:
        raise NotVisible(f"There is no case {case}.")
    return found[0]


def _rows(scope: Scope, found: "QuerySet[Case]") -> tuple[CaseRow, ...]:
    rows = list(found)
    looks = effect_looks.latest(scope, [row.pk for row in rows])
    return tuple(_row(row, gravest(looks.get(row.pk, ()))) for row in rows)


def _row(row: Any, look: EffectLook | None) -> CaseRow:
    today = clock(row.site.zone, timezone.now()).date()
    followed = row.due if row.state != CaseState.CLOSED else None
    to_report = row.report_by if row.reported_on is None else None
    return CaseRow(
        id=row.pk, title=row.title, site_id=row.site_id, site_name=row.site.name, zone=row.site.zone,
        state=str(row.state), owner_id=row.owner_id, owner=row.owner.get_username() if row.owner else "", due=row.due,
        days_left=_days(today, followed), cause=str(row.cause), cause_note=row.cause_note,
        classification=str(row.classification), rule_pack=row.rule_pack, report_by=row.report_by,
        report_days_left=_days(today, to_report), reported_on=row.reported_on, opened_at=row.opened_at,
        closed_at=row.closed_at, flags=row.flag_count, actions=row.action_count,
        effect=row.effect, look=look,
    )  # fmt: skip


def _days(today: date, until: date | None) -> int | None:
    return None if until is None else (until - today).days


def _shown(scope: Scope, show: str, account: int | None, site: int | None) -> "QuerySet[Case]":
    rows = visible.cases(scope) if site is None else visible.cases(scope).filter(site_id=site)
    match show:
        case "mine":
            return rows.exclude(state=CaseState.CLOSED).filter(owner_id=account, owner__isnull=False)
        case "open":
            return rows.exclude(state=CaseState.CLOSED)
        case "overdue":
            return rows.filter(_overdue(scope))
        case "closed":
            return rows.filter(state=CaseState.CLOSED)
    return rows


def _overdue(scope: Scope) -> Q:
    """A case past its day, or past the day until which it has to be reported, closed or not."""
    found, now = Q(pk__in=()), timezone.now()
    for site, zone in visible.sites(scope).values_list("pk", "zone"):
        today = clock(zone, now).date()
        followed = Q(due__lt=today) & ~Q(state=CaseState.CLOSED)
        reported = Q(report_by__lt=today, reported_on=None, classification=Classification.NOTIFIABLE)
        found |= Q(site_id=site) & (followed | reported)
    return found


def _ordered(rows: "QuerySet[Case]") -> "QuerySet[Case]":
    standing = Count("actions", filter=Q(actions__undone_at=""), distinct=True)
    counted = rows.select_related("site", "owner").annotate(
        flag_count=Count("flags", distinct=True), action_count=standing
    )
    return counted.order_by(F("closed_at").desc(nulls_first=True), F("due").asc(nulls_last=True), "-pk")
