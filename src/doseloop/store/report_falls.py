"""Flags of scanners whose reports got worse (`assess.worse_reports`): made by the worker's clock from days of the facts."""

from collections.abc import Mapping, Sequence
from datetime import date

from doseloop.access.scope import SYSTEM
from doseloop.assess import worse_reports
from doseloop.assess.worse_reports import FieldDay
from doseloop.store import findings
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Scanner, ScannerSpan
from doseloop.store.scanner_list import scanner_names


def judge(days: Mapping[int, Sequence[FieldDay]], until: date) -> int:
    """Make the flags of every scanner what its days tell, of those without any too. Returns how many scanners changed."""
    names, changed = scanner_names(SYSTEM), 0
    for scanner in Scanner.objects.values_list("pk", flat=True):
        # Another name of a scanner has no flags of its own: its exams count there.
        of_scanner = days.get(scanner, ()) if scanner in names else ()
        found = (
            worse_reports.on_period(scanner, names[scanner], of_scanner, first_days(scanner), until)
            if of_scanner
            else ()
        )
        changed += findings.apply_to_scanner(scanner, worse_reports.RULE, [ExamFinding(one) for one in found])
    return changed


def first_days(scanner: int) -> dict[str, date]:
    """First day of each software version of a scanner and its other names, as its objects say."""
    names = Scanner.objects.filter(pk=scanner) | Scanner.objects.filter(root=scanner)
    rows = ScannerSpan.objects.filter(scanner__in=names).exclude(software_versions="").order_by("-first_on")
    found: dict[str, date] = {}
    for version, day in rows.values_list("software_versions", "first_on"):
        try:
            found[version] = date.fromisoformat(day)
        except ValueError:
            continue
    return found
