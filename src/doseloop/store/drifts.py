"""The rule `drift` over the record: the flags of a scanner, and what its page shows of each series."""

from doseloop.access.scope import SYSTEM
from doseloop.assess import drift
from doseloop.store import drift_series, findings, scanner_list
from doseloop.store.findings import ExamFinding


def judge(scanner: int) -> bool:
    """Make the drift flags of a scanner what the rule finds in its exams now. True where any changed.

    A flag's key holds its series, its quantity and the date of the change, which later exams do not move.
    """
    name = scanner_list.scanner_names(SYSTEM).get(scanner, "its scanner")
    found = drift.on_period(drift_series.series_of(SYSTEM, scanner, name))
    return findings.apply_to_scanner(scanner, drift.RULE, [ExamFinding(one) for one in found])
