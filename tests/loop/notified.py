"""A site with somebody who is told, and flags as rules raise them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from doseloop.access.scope import SYSTEM
from doseloop.loop.notifying import Ways, tell_next
from doseloop.model.flag import Finding
from doseloop.model.notification import How, QuietHours, Severity, Timing
from doseloop.roles.data_folder import DataFolder
from doseloop.store import findings, subscriptions
from doseloop.store.audit import COMMAND
from doseloop.store.models import Exam, Flag, Scanner
from doseloop.store.subscriptions import Address, Wanted
from tests.facts.made import make_exam

MAIL = Address("keane@hospital.example", "keane@hospital.example")
RECENT = f"{datetime.now(UTC):%Y-%m-%d}T09:30:00"


def subscribe(
    folder: DataFolder, site: int, how: How = How.AT_ONCE, *, name: str = "Physics", least: Severity = Severity.HIGH,
    quiet: QuietHours | None = None, address: Address = MAIL, links: bool = False, **timing: Any,
) -> int:  # fmt: skip
    """Tell somebody of a site's flags."""
    wanted = Wanted(name, least, Timing(how, quiet=quiet, **timing), links)
    return subscriptions.add(SYSTEM, site, wanted, address, folder.ring("notifications"), COMMAND)


def exam_at(scanner: Scanner, started_at: str = RECENT, **fields: Any) -> Exam:
    """An exam of today."""
    return make_exam(scanner, started_at, **fields)


def raise_flag(exam: Exam, rule: str = "high-dose", factor: float = 3.0) -> Flag:
    """A flag as a rule raises it."""
    finding = Finding(rule, "1", f"exam {exam.pk}", "dlp_mgy_cm", f"{factor} times as high.", factor=factor)
    findings.apply(exam.pk, [findings.ExamFinding(finding)])
    return Flag.objects.get(exam=exam, rule=rule)


def ways(folder: DataFolder, mail_server: str = "", web: str = "", hosts: tuple[str, ...] = ()) -> Ways:
    """How this installation sends."""
    return Ways(mail_server, hosts, web, folder.ring("notifications"))


def tell_all(sending: Ways, at: datetime | None = None, worker: str = "worker-1") -> int:
    """Send all that may go at a moment. Returns how many messages were tried."""
    tried, now = 0, at or datetime.now(UTC) + timedelta(seconds=1)
    while tell_next(worker, sending, now):
        tried += 1
    return tried
