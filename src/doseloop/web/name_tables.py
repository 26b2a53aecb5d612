"""Names without a procedure as a page and a file show them, each with what its words suggest."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from doseloop.harmonise import scan_evidence
from doseloop.harmonise.suggested import Suggestion, suggest
from doseloop.model.procedure import StudyNames
from doseloop.reference.procedure_words import vocabulary
from doseloop.reference.procedures import catalogue, family
from doseloop.report.table import Column, Row, Table
from doseloop.store.name_mapping import UnmappedName
from doseloop.store.name_scans import NameScans

_MOST_OF_EXAMS = 0.8
_COLUMNS = (
    Column("site", "Site", "number"),
    Column("site_name", "Site name"),
    Column("modality", "Modality"),
    Column("name", "Name"),
    Column("exams", "Exams", "number"),
    Column("scanners", "Scanners", "number"),
    Column("newest", "Newest", "time"),
    Column("procedure", "Procedure"),
    Column("confidence", "Confidence"),
    Column("evidence", "Evidence"),
    Column("scanned", "Scanned"),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A name with its suggestion."""

    line: int
    name: UnmappedName
    procedure: str
    """Key of what is suggested; empty where nothing is."""
    confidence: str
    why: str
    scanned: str
    """What its exams scanned; empty where nothing is recorded."""
    chosen: bool
    choices: tuple[tuple[str, str], ...]
    """Procedures of its modality, key and name."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How few names hold most of the exams without a procedure."""

    names: int
    share: float
    exams: int


def listed(names: Iterable[UnmappedName], chosen: str = "") -> tuple[Listed, ...]:
    """The names with their suggestions; ticked are those whose suggestion is as sure as `chosen` (`sure`, `any`)."""
    return tuple(_listed(line, one, chosen) for line, one in enumerate(names, start=1))


@cache
def _choices(kind: str) -> tuple[tuple[str, str], ...]:
    of_kind = (one for one in catalogue().procedures.values() if family(one.modality) == kind)
    return tuple(sorted(((one.key, one.names["en"]) for one in of_kind), key=lambda pair: pair[1]))


def coverage(found: Sequence[UnmappedName]) -> Coverage | None:
    """The fewest names that hold four fifths of the exams, None where there are none. `found` has the most frequent first."""
    exams = sum(one.exams for one in found)
    held = 0
    for number, one in enumerate(found, start=1):
        held += one.exams
        if held >= _MOST_OF_EXAMS * exams:
            return Coverage(number, held / exams, exams)
    return None


def as_file(names: Iterable[UnmappedName]) -> Table:
    """One row for each name, with its suggestion; a person corrects the procedure and gives the file back."""
    return Table("names", "Names without a procedure", _COLUMNS, (_row(one) for one in listed(names)))


def _listed(line: int, name: UnmappedName, chosen: str) -> Listed:
    choices = _choices(family(name.modality))
    scanned = _scanned(name.scans) if name.scans else ""
    found = suggest(name.written, name.modality, catalogue(), vocabulary())
    if not isinstance(found, Suggestion):
        return Listed(line, name, "", "", found.reason, scanned, False, choices)
    judged = _beside_scans(found, name.scans)
    ticked = chosen == "any" or chosen == judged.confidence
    return Listed(line, name, judged.procedure, judged.confidence, judged.why, scanned, ticked, choices)


@dataclass(frozen=True, slots=True)
class _Judged:
    procedure: str
    confidence: str
    why: str


def _beside_scans(found: Suggestion, scans: NameScans | None) -> _Judged:
    """A suggestion by words, beside what exams of the name scanned: what they contradict is never sure."""
    why = ", ".join(found.evidence) or "the modality"
    if found.unknown:
        why += f"; not known: {', '.join(found.unknown)}"
    if scans is None:
        return _Judged(found.procedure, found.confidence, why)
    names = StudyNames(target_regions=scans.regions, scanned=scans.typical)
    key = scan_evidence.wider(found.procedure, names, catalogue()) or found.procedure
    if key != found.procedure:
        return _Judged(key, "unsure", f"{why}; what was scanned and coded goes beyond that")
    if against := scan_evidence.speaks_against(key, scans.typical, catalogue()):
        return _Judged(key, "unsure", f"{why}; but: {against}")
    if scan_evidence.reaches_beyond(key, scans.typical):
        return _Judged(key, "unsure", f"{why}; but longer than it is as a rule")
    fits = " and the ".join(one.field for one in scan_evidence.speaks_for(key, names, catalogue()))
    return _Judged(key, found.confidence, f"{why}; fits the {fits}" if fits else why)


def _scanned(scans: NameScans) -> str:
    """`scanned 440 to 480 mm, 2 main acquisitions, coded Abdomen`; of each what is recorded."""
    told = [_lengths(scans.least_mm, scans.most_mm)] if scans.least_mm and scans.most_mm else []
    if scans.typical.acquisitions > 1:
        told.append(f"{scans.typical.acquisitions} main acquisitions")
    if scans.regions:
        told.append(f"coded {', '.join(scans.regions)}")
    return "; ".join(told)


def _lengths(least_mm: float, most_mm: float) -> str:
    least, most = f"{least_mm:.0f}", f"{most_mm:.0f}"
    return f"scanned {least} mm" if least == most else f"scanned {least} to {most} mm"


def _row(one: Listed) -> Row:
    name = one.name
    return Row(
        (
            name.site, name.site_name, name.modality, name.written, name.exams, name.scanners, name.newest, one.procedure,
            one.confidence, one.why, one.scanned,
        )
    )  # fmt: skip
