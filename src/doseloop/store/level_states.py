"""How each group stands to each level that judges it, and since when: kept by the worker's clock, read by pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model.level_figure import LevelFigure
from doseloop.store import visible
from doseloop.store.models import Decision, Exam, LevelState, Scanner


@dataclass(frozen=True, slots=True)
class Held:
    """A state, since when (UTC), and the one before; `before` is empty for none."""

    state: str
    since: datetime
    before: str


def states(scope: Scope, site: int) -> dict[tuple[int, str], Held]:
    """By scanner and level."""
    rows = LevelState.objects.filter(scanner__in=visible.scanners(scope).filter(site=site))
    return {(row.scanner_id, row.level_id): Held(row.state, row.since, row.before) for row in rows}


@transaction.atomic
def keep(scanner: int, figures: Iterable[LevelFigure]) -> int:
    """Make the scanner's states what the figures say. Returns how many changed."""
    now = timezone.now()
    held = {row.level_id: row for row in LevelState.objects.select_for_update().filter(scanner=scanner)}
    told = {one.level_id: one for one in figures}
    changed = 0
    for level_id, one in told.items():
        row = held.get(level_id) or LevelState(scanner_id=scanner, level_id=level_id, since=now, state="")
        if row.state != one.state:
            row.before, row.state, row.since = row.state, one.state, now
            changed += 1
        elif (row.median, row.n_patients) == (one.median, one.n_patients):
            continue
        row.median, row.n_patients = one.median, one.n_patients
        row.save()
    gone = held.keys() - told.keys()
    if gone:
        LevelState.objects.filter(scanner=scanner, level_id__in=gone).delete()
    return changed + len(gone)


def choices() -> int:
    """A number that changes where any site chooses other sets, or adds or takes back a level of its own."""
    return Decision.objects.filter(kind__startswith="level").aggregate(last=Max("pk"))["last"] or 0


def scanners_with_changes(after: int) -> Mapping[int, int]:
    """Site by scanner of those with exams that changed since and are whole."""
    rows = Exam.objects.filter(changed__gt=after, settled=True).order_by().values_list("scanner", "site").distinct()
    return dict(rows)


def every_scanner() -> Mapping[int, int]:
    """Site by scanner; also of other names of one, which have no group any more."""
    return dict(Scanner.objects.values_list("pk", "site"))
