"""The rule `drift` over the record: the flags of a scanner, and what its page shows of each series."""

from dataclasses import dataclass
from datetime import datetime

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess import drift
from doseloop.assess.drift import DriftSeries, Watched
from doseloop.model.errors import NotVisible
from doseloop.reference.names import normalised
from doseloop.store import case_actions, drift_series, findings, new_usuals, protocol_changes, scanner_list, visible
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Flag


@dataclass(frozen=True, slots=True)
class SeriesShown:
    """A series as its page shows it."""

    series: DriftSeries
    begun: str
    """ISO day of the new usual from which on it is looked at; empty where it has none."""
    watched: Watched | None
    """None where too few exams are known."""

    @property
    def latest(self) -> datetime | None:
        """Start of its newest exam."""
        return max((one.at for one in self.series.exams), default=None)


@dataclass(frozen=True, slots=True)
class KnownChange:
    """Something that people or objects say was changed, after which a new usual may begin once a physicist says so."""

    on: str
    """ISO day."""
    sentence: str
    series: tuple[str, ...]
    """Those that it concerns; `new_usuals.EVERY` alone for all of the scanner."""


def judge(scanner: int) -> bool:
    """Make the drift flags of a scanner what the rule finds in its exams now. True where any changed.

    A flag's key holds its series, its quantity and the date of the change, which later exams do not move.
    """
    name = scanner_list.scanner_names(SYSTEM).get(scanner, "its scanner")
    found = drift.on_period(drift_series.series_of(SYSTEM, scanner, name))
    return findings.apply_to_scanner(scanner, drift.RULE, [ExamFinding(one) for one in found])


def shown(scope: Scope, scanner: int) -> tuple[SeriesShown, ...]:
    """Every series of a scanner: those that drifted first, then by how many exams they have. Errors: `NotVisible`."""
    if not visible.scanners(scope).filter(pk=scanner).exists():
        raise NotVisible(f"There is no scanner {scanner}.")
    begun = new_usuals.begun(scope, scanner)
    name = scanner_list.scanner_names(scope).get(scanner, "")
    found = (
        SeriesShown(one, begun.of(one.protocol), drift.looked_at(one))
        for one in drift_series.series_of(scope, scanner, name)
    )
    return tuple(sorted(found, key=_order))


def _order(one: SeriesShown) -> tuple[bool, int, str]:
    return one.watched is None or one.watched.drift is None, -len(one.series.exams), one.series.protocol


def standing(scope: Scope, scanner: int) -> tuple[tuple[int, str], ...]:
    """Flag and sentence of the drifts of a scanner that are open or followed, the latest first."""
    rows = visible.flags(scope).filter(scanner=scanner, rule=drift.RULE, state__in=(Flag.State.OPEN, Flag.State.CASE))
    return tuple(rows.order_by("-raised_at", "-pk").values_list("pk", "sentence"))


def known_changes(scope: Scope, scanner: int, found: tuple[SeriesShown, ...]) -> tuple[KnownChange, ...]:
    """Changes of protocols and actions of cases that lie within these series, the latest first; without those at which a new usual
    begins already."""
    told = [*_changes(scope, scanner, found), *_actions(scope, scanner, found)]
    begun = {one.series.protocol: one.begun for one in found}
    still = [one for one in told if any(one.on > begun.get(name, "") for name in one.series)]
    return tuple(sorted(still, key=lambda one: (one.on, one.sentence), reverse=True))


def _changes(scope: Scope, scanner: int, found: tuple[SeriesShown, ...]) -> list[KnownChange]:
    made = []
    for one in protocol_changes.of_scanner(scope, scanner):
        change = one.change
        said = ", ".join(each.sentence for each in change.differences)
        if names := _of_protocol(change.protocol, found):
            made.append(KnownChange(change.since[:10], f"“{change.protocol}”: {said}", names))
    return made


def _actions(scope: Scope, scanner: int, found: tuple[SeriesShown, ...]) -> list[KnownChange]:
    made = []
    for one in case_actions.actions(scope):
        names = _of_protocol(one.protocol, found) if one.protocol else (new_usuals.EVERY,)
        if scanner in one.scanners and one.undone_at is None and names:
            made.append(KnownChange(f"{one.at:%Y-%m-%d}", f"Case {one.case}, {one.kind}: {one.text}", names))
    return made


def _of_protocol(protocol: str, found: tuple[SeriesShown, ...]) -> tuple[str, ...]:
    """The series of a protocol, or of one part of its name: people call it so."""
    wanted = normalised(protocol)

    def is_of(use: str) -> bool:
        return wanted in {normalised(use), *(normalised(part) for part in use.split(" / "))}

    return tuple(one.series.protocol for one in found if is_of(one.series.use))
