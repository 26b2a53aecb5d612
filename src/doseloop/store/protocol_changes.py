"""Changes of protocols on a scanner, and protocols that another one sets otherwise: what the flag and the page are made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess import protocol_change
from doseloop.assess.protocol_change import Change, Use, changes, usual, versions_of
from doseloop.assess.protocol_fingerprint import SETTINGS
from doseloop.model.flag import Finding
from doseloop.reference.names import normalised
from doseloop.store import findings, protocol_uses, scanner_list, visible
from doseloop.store.findings import ExamFinding
from doseloop.store.models import Scanner, ScannerSpan

TOLD_FOR: Final = timedelta(days=90)
"""How long a change is a flag, counted to the newest exam of its scanner."""
_LATELY: Final = 40
"""Exams that tell how a protocol is set now."""
_OF_A_MODEL: Final = frozenset({"single_collimation_mm", "total_collimation_mm", "modulation", "sources"})
"""Settings that differ from model to model by themselves."""
Uses = Mapping[tuple[str, str], Sequence[Use]]
"""By protocol and kind, each in the order of time."""
ChangesOf = Callable[[str, Sequence[Use]], Sequence[Change]]
QUANTITY: Final = {"ct": "ctdi_vol_mgy", "projection": "dap_gy_cm2"}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as people read it."""

    change: Change
    version: str
    """The software version that it came with, empty for none."""
    quantity: str
    """What its doses are."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A protocol of one name that another scanner has set otherwise."""

    protocol: str
    scanner: int
    scanner_name: str
    differences: tuple[tuple[str, str, str], ...]
    """Setting with its unit, value here, value there."""


def keep() -> int:
    """Follow exams that changed, and make the flags of their scanners what the rule finds. Returns how many scanners changed."""
    return sum(map(_flag, sorted(protocol_uses.follow())))


def _flag(scanner: int) -> bool:
    name = scanner_list.scanner_names(SYSTEM).get(scanner, "its scanner")
    made = found(scanner, name, protocol_uses.uses_of(scanner), first_days(scanner))
    return findings.apply_to_scanner(scanner, protocol_change.RULE, [ExamFinding(one) for one in made])


def found(scanner: int, name: str, uses: Uses, days: Mapping[str, str], of: ChangesOf = changes) -> list[Finding]:
    """What the rule finds in the uses of a scanner that people call `name`. `days` are first days of its software versions, `of`
    gives the changes of one protocol."""
    newest = max((one[-1].started_at for one in uses.values()), default="")
    told = [(one.change, one.version) for one in _changes(uses, days, of) if _is_told(one.change, newest)]
    return protocol_change.on_period(scanner, name, told)


def _is_told(change: Change, newest: str) -> bool:
    try:
        return date.fromisoformat(newest[:10]) - date.fromisoformat(change.since[:10]) <= TOLD_FOR
    except ValueError:
        return False


def of_scanner(scope: Scope, scanner: int) -> tuple[ShownChange, ...]:
    """Every change among the newest uses of its protocols, the latest first; none where the scope does not see it."""
    if not visible.scanners(scope).filter(pk=scanner).exists():
        return ()
    made = _changes(protocol_uses.uses_of(scanner), first_days(scanner), changes)
    return tuple(sorted(made, key=lambda one: (one.change.since, one.change.protocol), reverse=True))


def _changes(uses: Uses, days: Mapping[str, str], of: ChangesOf) -> Iterator[ShownChange]:
    for (protocol, kind), of_protocol in uses.items():
        for change, version in versions_of(of(protocol, of_protocol), days):
            yield ShownChange(change, version, QUANTITY[kind])


def first_days(scanner: int) -> dict[str, str]:
    """First day of each software version of a scanner and its other names."""
    names = Scanner.objects.filter(pk=scanner) | Scanner.objects.filter(root=scanner)
    rows = ScannerSpan.objects.filter(scanner__in=names).order_by("-first_on")
    return dict(rows.values_list("software_versions", "first_on"))


def copies(scope: Scope, scanner: int) -> tuple[Copy, ...]:
    """Protocols that another scanner of the maker has under the same name and sets otherwise by now."""
    row = visible.scanners(scope).filter(pk=scanner, root=None).first()
    if row is None or not row.manufacturer:
        return ()
    alike = visible.scanners(scope).filter(root=None, modality=row.modality, manufacturer__iexact=row.manufacturer)
    others = {one.pk: one for one in alike.exclude(pk=scanner)}
    own = {protocol: uses for (protocol, _), uses in protocol_uses.uses_of(scanner).items()}
    there = protocol_uses.named(map(normalised, own), others) if others else {}
    names = scanner_list.scanner_names(scope)
    pairs = (
        (protocol, uses, key, there.get((key, normalised(protocol)), []))
        for protocol, uses in own.items()
        for key in others
    )
    found = (
        Copy(protocol, key, names[key], _differences(uses, other, row.model == others[key].model))
        for protocol, uses, key, other in pairs
    )
    return tuple(sorted((one for one in found if one.differences), key=lambda one: (one.protocol, one.scanner_name)))


def _differences(here: Sequence[Use], there: Sequence[Use], same_model: bool) -> tuple[tuple[str, str, str], ...]:
    own, other = usual(here[-_LATELY:]), usual(there[-_LATELY:])
    compared = (name for name in SETTINGS if same_model or name not in _OF_A_MODEL)
    both = ((name, own.get(name, ""), other.get(name, "")) for name in compared)
    return tuple((_label(name), one, two) for name, one, two in both if one and two and one != two)


def _label(name: str) -> str:
    return f"{SETTINGS[name].name} {SETTINGS[name].unit}".strip()
