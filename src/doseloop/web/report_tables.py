"""Tables on the dose reports of one scanner: what is wrong with them, and how good each software version's are.

No row tells of a patient: an object is named by our own number, so that pages and files can go to the maker.
"""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from doseloop.assess.report_quality import (
    NO_VERSION,
    DefectCount,
    KindQuality,
    VersionQuality,
    in_short,
    named,
    sentence,
)
from doseloop.report.table import Column, Row, Table

_WORDS = {
    "missing": "missing",
    "empty": "empty",
    "unit": "wrong unit",
    "code": "wrong code",
    "value": "no number",
    "repaired": "repaired",
}
_TONES = {"missing": "above", "empty": "above", "repaired": "quiet"}
_SCORES = (
    Column("kind", "Kind"),
    Column("software", "Software"),
    Column("n", "Reports", "number"),
    Column("first", "From", "time"),
    Column("last", "To", "time"),
    Column("items", "Items required", "number"),
    Column("right", "There and right", "number"),
    Column("score", "Score", "number", "%"),
    Column("change", "Change", "number", "points"),
)
_FILE = (
    Column("kind", "Kind"),
    Column("software", "Software"),
    Column("item", "Item"),
    Column("code", "Code"),
    Column("source", "Required by"),
    Column("type", "Type"),
    Column("defect", "Defect"),
    Column("reports", "Reports with it", "number"),
    Column("of", "Reports counted", "number"),
    Column("since", "Since", "time"),
    Column("example", "Example object", "number"),
    Column("place", "Place in it"),
    Column("sentence", "What to mend"),
)


def scores(found: Iterable[KindQuality]) -> Table:
    """One row for each kind and software version."""
    rows = (_score(one, kind, position) for kind in found for position, one in enumerate(kind.versions))
    return Table("report-scores", "Scores by software", _SCORES, rows)


def defects(found: Iterable[KindQuality]) -> Table:
    """One row for each defect of each version, for a file."""
    rows = (_file_row(count, version) for kind in found for version in kind.versions for count in version.defects)
    return Table("report-defects", "Defects", _FILE, rows)


def side_by_side(scanner: int, kind: KindQuality) -> Table:
    """One row for each defect of a kind of object, with a column for each software version, the newest first."""
    versions = [
        Column(f"v{position}", _software(one), "number", f"of {one.n}") for position, one in enumerate(kind.versions)
    ]
    columns = (
        Column("item", "Item"),
        Column("defect", "Defect", "state"),
        *versions,
        Column("since", "Since", "time"),
        Column("example", "Example", "number"),
        Column("sentence", "What to mend"),
    )
    return Table(f"defects-{kind.kind}", f"Defects of {kind.kind}s", columns, _rows(scanner, kind))


def _rows(scanner: int, kind: KindQuality) -> Iterable[Row]:
    counts = [{count.key: count for count in version.defects} for version in kind.versions]
    for key in dict.fromkeys(key for version in counts for key in version):
        of_version = [version.get(key) for version in counts]
        newest = next(count for count in of_version if count)
        numbers = [count.reports if count else 0 for count in of_version]
        said = in_short(newest) if of_version[0] else f"Not in the newest version. {in_short(newest)}"
        yield Row(
            (newest.item.name, _WORDS[newest.kind], *numbers, _since(of_version), newest.example, said),
            links={"example": _example(scanner, newest)},
            shown={"since": day(_since(of_version))},
            tones={"defect": _TONES.get(newest.kind, "caution")},
            notes={"item": f"{newest.item.code} · {newest.item.said}"},
        )


def _since(counts: Iterable[DefectCount | None]) -> str:
    return min(count.since for count in counts if count)


def _example(scanner: int, count: DefectCount) -> str:
    address = reverse("scanner-report", args=[scanner, count.example])
    return f"{address}?at={count.place}" if count.place else address


def _score(one: VersionQuality, kind: KindQuality, position: int) -> Row:
    change = kind.change if position == 0 else None
    shown = {"first": day(one.first), "last": day(one.last), "kind": named(one.kind, 2)[2:]}
    shown |= {"score": percent(one.share) if one.share is not None else "too few"}
    if change is not None:
        shown["change"] = points(change)
    score, moved = (None if share is None else round(100 * share, 2) for share in (one.share, change))
    values = (one.kind, one.software, one.n, one.first, one.last, one.items, one.right, score, moved)
    return Row(values, shown=shown)


def _file_row(count: DefectCount, version: VersionQuality) -> Row:
    item = count.item
    return Row(
        (
            version.kind,
            version.software,
            item.name,
            item.code,
            item.said,
            item.type,
            _WORDS[count.kind],
            count.reports,
            count.of,
            count.since,
            count.example,
            count.place,
            sentence(count, version.kind),
        )
    )


def _software(version: VersionQuality) -> str:
    return "No version" if version.software == NO_VERSION else version.software


def day(iso: str) -> str:
    """A day as people write it; as it stands where it is none."""
    try:
        found = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{found.day} {found:%b %Y}"


def percent(share: float) -> str:
    """A share in per cent; never 100 where something is wrong."""
    shown = f"{100 * share:.1f}"
    return "99.9" if shown == "100.0" and share < 1 else shown.removesuffix(".0") if share == 1 else shown


def points(change: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * change:+.1f}".replace("-", "\u2212")
