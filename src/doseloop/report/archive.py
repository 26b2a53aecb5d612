"""Reports made into the archive and read out of it again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

from doseloop.access.scope import Scope
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.facts.windows import Window
from doseloop.model.archived_report import ReportHead
from doseloop.model.errors import UnusableInput
from doseloop.report.compliance_report import (
    ComplianceReport,
    compliance_report,
    decoded,
    encoded,
    figures_sha256,
)
from doseloop.store import reports
from doseloop.store.audit import Actor
from doseloop.store.reports import Archived, NewReport


def new_report(
    facts: Facts,
    scope: Scope,
    site: int,
    window: Window,
    settings: Settings,
    *,
    for_signature: bool,
    schedule: int | None = None,
    due: date | None = None,
) -> NewReport:
    """A report from today's data, ready for the archive. Errors: `NotVisible`."""
    made = compliance_report(facts, scope, site, window, settings, for_signature=for_signature)
    return replace(_new(made), schedule=schedule, due=due)


def make_again(facts: Facts, scope: Scope, report: int, actor: Actor) -> Archived:
    """Archive the report of the same window, settings and purpose from today's data. Errors: `NotVisible`; `DamagedReport`."""
    return reports.archive(scope, _new(today(facts, scope, opened(scope, report))), actor)


def today(facts: Facts, scope: Scope, report: ComplianceReport) -> ComplianceReport:
    """What the report would say today. Errors: `NotVisible`."""
    return compliance_report(
        facts, scope, report.site, report.window, report.settings, for_signature=report.for_signature
    )


def opened(scope: Scope, report: int) -> ComplianceReport:
    """A report of the archive. Errors: `NotVisible`; `DamagedReport`."""
    return decoded(reports.content_of(scope, report))


def window_of(first: date, last: date) -> Window:
    """The window of these days, both included. Errors: `UnusableInput` where they are no window."""
    if last == date.max:
        raise UnusableInput(f"{last} is the end of the calendar; name an earlier last day.")
    return Window(first, last + timedelta(days=1))


def head_of_none(actor: Actor) -> ReportHead:
    """The head of a report that is made now and kept in no archive."""
    return ReportHead(None, datetime.now(UTC), actor.name, version("doseloop"))


def _new(made: ComplianceReport) -> NewReport:
    return NewReport(
        site=made.site, title=made.title, first_day=made.first_day, last_day=made.last_day,
        for_signature=made.for_signature, data_state=made.data_state, counts=made.counts, content=encoded(made),
        figures_sha256=figures_sha256(made),
    )  # fmt: skip
