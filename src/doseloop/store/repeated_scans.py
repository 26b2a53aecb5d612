"""Flags of scanners on which scans are repeated (`assess.repeated_scans`): made by the worker's clock, once a day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import Count, Max, Min

from doseloop.access.scope import SYSTEM
from doseloop.assess import repeated_scans
from doseloop.assess.repeated_scans import ScannedExam, is_same_range
from doseloop.store import findings
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Event, ProtocolUseRow, Scanner
from doseloop.store.protocol_uses import use_name
from doseloop.store.scanner_list import scanner_names

_COUNTED: Final = {"exam__settled": True, "exam__excluded_as": "", "exam__part_of": None}


def judge() -> int:
    """Make the flags of every scanner what the rule finds in its exams now. Returns how many scanners changed."""
    names, changed = scanner_names(SYSTEM), 0
    for scanner in looked_at():
        # Another name of a scanner has no flags of its own: its exams count there.
        found = repeated_scans.on_period(scanner, names[scanner], exams_of(scanner).items()) if scanner in names else ()
        changed += findings.apply_to_scanner(scanner, repeated_scans.RULE, [ExamFinding(one) for one in found])
    return changed


def looked_at() -> tuple[int, ...]:
    """The scanners at which the rule looks."""
    return tuple(Scanner.objects.filter(modality="CT").order_by("pk").values_list("pk", flat=True))


def exams_of(scanner: int) -> Mapping[str, Sequence[ScannedExam]]:
    """The complete CT exams of each protocol of a scanner, in the order of time, with whether its scan was repeated."""
    repeated, found = _repeated(scanner), defaultdict[str, list[ScannedExam]](list)
    rows = ProtocolUseRow.objects.filter(scanner=scanner, kind="ct", **_COUNTED).order_by("started_at", "exam_id", "pk")
    for exam, protocol, started_at in rows.values_list("exam_id", "protocol", "started_at"):
        found[protocol].append(ScannedExam(started_at, (exam, protocol) in repeated))
    return found


def _repeated(scanner: int) -> set[tuple[int, str]]:
    """Exam and protocol of those with a scan that stands at least twice by one name and range."""
    rows = Event.objects.filter(exam__scanner=scanner, kind="ct", role="main").order_by()
    scans = rows.values_list("exam_id", "exam__protocol_name", "protocol").annotate(
        Count("pk"), Count("scanning_length_mm"), Min("scanning_length_mm"), Max("scanning_length_mm")
    )
    return {
        (exam, use_name(of_exam, protocol))
        for exam, of_exam, protocol, *lengths in scans.filter(pk__count__gt=1)
        if is_same_range(*lengths)
    }
