"""How good the dose reports of one scanner are: the share of required items that are there and right, by kind of object and
software version, and what is wrong with the rest.

A share is of all required items of the reports counted, each item once in a report. Under 20 reports there is a count and no
share. What a software update changed is the share of the newest version less that of the version before, where both have one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from doseloop.assess.completeness import Checked, Defect, DefectKind
from doseloop.model.dose_item import DoseItem

LEAST: Final = 20
"""Fewest reports that get a share."""
NO_VERSION: Final = "not recorded"
_BY_MEANING: Final = "concept-by-meaning"
_ACRONYMS: Final = {"ct": "CT", "mr": "MR", "pet": "PET"}
_WHEN: Final = {
    "spiral": " for spiral acquisitions",
    "moving tube": " unless the tube stands still",
    "projection": " for projection X-ray",
    "mammography": " for mammography",
    "any fluoroscopy": " where there was fluoroscopy",
    "pulsed": " for pulsed fluoroscopy",
    "with dose at RP": " where a dose at the reference point is given",
    "without exposure": " where no exposure (mAs) is given",
}


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """One object of the scanner, and what was found in it."""

    object: int
    """Our key of it."""
    kind: str
    software: str
    day: str
    """When it was made, ISO; empty where nothing tells."""
    checked: Checked


@dataclass(frozen=True, slots=True)
class DefectCount:
    """One defect of one item over the reports of one version."""

    item: DoseItem
    kind: DefectKind
    reports: int
    of: int
    since: str
    """The day of the earliest report counted that has it."""
    example: int
    """Our key of the latest object that has it."""
    place: str
    written: str

    @property
    def key(self) -> tuple[str, str, str, DefectKind]:
        """What stays the same for this defect from one version to the next."""
        return self.item.template, self.item.of, self.item.field, self.kind


@dataclass(frozen=True, slots=True)
class VersionQuality:
    """The reports of one kind that one software version made."""

    kind: str
    software: str
    n: int
    first: str
    last: str
    items: int
    right: int
    defects: tuple[DefectCount, ...]

    @property
    def share(self) -> float | None:
        """Share of the required items that are there and right, 0 to 1; None under `LEAST` reports."""
        return self.right / self.items if self.n >= LEAST and self.items else None


@dataclass(frozen=True, slots=True)
class KindQuality:
    """The reports of one kind, the newest software version first."""

    kind: str
    versions: tuple[VersionQuality, ...]

    @property
    def change(self) -> float | None:
        """Share of the newest version less that of the one before; None where one of them has none."""
        shares = [one.share for one in self.versions[:2]]
        return shares[0] - shares[1] if len(shares) == 2 and shares[0] is not None and shares[1] is not None else None


def qualities(reports: Iterable[CheckedReport]) -> tuple[KindQuality, ...]:
    """The reports by kind and software version; of versions the one with the latest report comes first."""
    ordered = sorted(reports, key=lambda one: (one.kind, one.software, one.day, one.object))
    versions = [_version(list(group)) for _, group in groupby(ordered, key=lambda one: (one.kind, one.software))]
    kinds = groupby(versions, key=lambda one: one.kind)
    return tuple(KindQuality(kind, tuple(sorted(group, key=_age, reverse=True))) for kind, group in kinds)


def _age(version: VersionQuality) -> tuple[str, str, str]:
    return version.last, version.first, version.software


def _version(reports: Sequence[CheckedReport]) -> VersionQuality:
    """All of one kind and version, the earliest first."""
    found: dict[tuple[str, str, str, DefectKind], list[tuple[CheckedReport, Defect]]] = {}
    for report in reports:
        for defect in report.checked.defects:
            key = defect.item.template, defect.item.of, defect.item.field, defect.kind
            found.setdefault(key, []).append((report, defect))
    counts = [_counted(having, len(reports)) for having in found.values()]
    return VersionQuality(
        kind=reports[0].kind,
        software=reports[0].software,
        n=len(reports),
        first=reports[0].day,
        last=reports[-1].day,
        items=sum(one.checked.items for one in reports),
        right=sum(one.checked.right for one in reports),
        defects=tuple(sorted(counts, key=lambda one: -one.reports)),
    )


def _counted(having: Sequence[tuple[CheckedReport, Defect]], of: int) -> DefectCount:
    earliest, (latest, defect) = having[0][0], having[-1]
    return DefectCount(
        item=defect.item,
        kind=defect.kind,
        reports=len(having),
        of=of,
        since=earliest.day,
        example=latest.object,
        place=defect.place,
        written=defect.written,
    )


def sentence(count: DefectCount, kind: str) -> str:
    """What an engineer needs to know, in one sentence or two."""
    item, reports = count.item, named(kind, count.of)
    code = item.code if item.code.startswith("(") else f"({item.code})"
    return f"{item.name} {code} {_wrong(count)} in {count.reports} of {reports}. {_right(item)}"


def in_short(count: DefectCount) -> str:
    """The same beside the item's name, the defect and the counts, which a table has in columns of their own."""
    wrong = "" if count.kind in ("missing", "empty") else f"It {_wrong(count).removesuffix(',')}. "
    return wrong + _right(count.item)


def named(kind: str, count: int) -> str:
    """So many objects of a kind: `1 CT report`, `40 CT reports`."""
    name = " ".join(_ACRONYMS.get(word, word) for word in kind.split())
    return f"{count} {name}" + ("" if count == 1 else "s")


def _wrong(count: DefectCount) -> str:
    item, written = count.item, count.written
    match count.kind:
        case "missing":
            return "is missing"
        case "empty":
            return "is there without a value"
        case "value":
            return "holds what is no number or time"
        case "unit":
            return f"is in {written!r}" if written else "has no unit, or one that is not known for it,"
        case "repaired":
            return f"is absent, and was read from an item of the maker’s own ({written})"
        case "code" if written == _BY_MEANING:
            return "is named by another code, and was known by its meaning alone,"
        case "code" if written:
            return f"has the code {written}, which is none of {', '.join(item.codes)},"
    return "has text, or a code without value or scheme, in place of a code"


def _right(item: DoseItem) -> str:
    unit = f", in {' or '.join(item.units)}" if item.units else ""
    if not item.required:
        return f"{item.said} has it (type {item.type})."
    return f"{item.said} requires it{_WHEN.get(item.when, '')} (type {item.type}){unit}."
