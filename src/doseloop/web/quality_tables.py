"""Data quality as tables: a row for each scanner with the share of every defect, and a row for each point of the trend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse

from doseloop.facts.quality import Defect, QualityPoint, ScannerQuality, Share
from doseloop.model.quantities import NOT_RECORDED
from doseloop.report.table import Column, Row, Table
from doseloop.web.quality_view import DEFECTS, QualityView

_WRONG = (Defect.IMPLAUSIBLE, Defect.CLOCK)
"""Defects of which one exam is one too many."""
_TREND = (
    Column("period", "From", "time"),
    Column("scanner", "Scanner"),
    Column("n", "Exams with it", "number"),
    Column("of", "Of", "number"),
    Column("share", "Share", "number", "%"),
)


def of_scanners(found: Iterable[ScannerQuality], view: QualityView, names: Mapping[int, str]) -> Table:
    """A row for each scanner, whose shares lead to their exams."""
    columns = (
        Column("scanner", "Scanner"),
        Column("exams", "Exams", "number"),
        *(Column(_key(defect), named.title, "number", "%") for defect, named in DEFECTS.items()),
    )
    return Table("data-quality", "Data quality", columns, (_row(one, view, names) for one in found))


def counts_of_scanners(found: Iterable[ScannerQuality], view: QualityView, names: Mapping[int, str]) -> Table:
    """The same for a file: of each defect how many exams have it, of how many."""
    columns = (
        Column("scanner", "Scanner"),
        Column("site", "Site"),
        Column("modality", "Modality"),
        Column("from", "From", "time"),
        Column("until", "Until", "time"),
        Column("exams", "Exams", "number"),
        *(column for defect, named in DEFECTS.items() for column in _counted(defect, named.title)),
    )
    return Table("data-quality", "Data quality", columns, (_counts(one, view, names) for one in found))


def trend(points: Iterable[QualityPoint], view: QualityView, names: Mapping[int, str]) -> Table:
    """The trend of one defect."""
    title = f"{DEFECTS[view.defect].title} by {view.grain}"
    rows = (
        Row(
            (one.period_start, names.get(one.scanner, one.scanner_name), one.share.n, one.share.of, _percent(one.share))
        )
        for one in points
    )
    return Table("data-quality-trend", title, _TREND, rows)


def altogether(found: Sequence[ScannerQuality]) -> dict[Defect, Share]:
    """Each defect over all scanners."""
    return {
        defect: Share(sum(one.defects[defect].n for one in found), sum(one.defects[defect].of for one in found))
        for defect in Defect
    }


def shown(share: Share) -> str:
    """A share in per cent; never 0 where an exam has it, never 100 where one has not."""
    if share.share is None:
        return NOT_RECORDED
    if share.n in (0, share.of):
        return "0" if share.n == 0 else "100"
    percent = 100 * share.share
    return "< 1" if percent < 1 else "> 99" if percent > 99 else f"{percent:.0f}"


def _row(one: ScannerQuality, view: QualityView, names: Mapping[int, str]) -> Row:
    defects = one.defects.items()
    found = {defect: share for defect, share in defects if share.n}
    name = names.get(one.scanner, one.scanner_name)
    return Row(
        (name, one.exams, *(_percent(share) for _, share in defects)),
        links={"scanner": _exams(one.scanner, view)}
        | {_key(defect): _exams(one.scanner, view, defect) for defect in found},
        shown={_key(defect): shown(share) for defect, share in defects},
        notes={"scanner": f"{one.modality} · {one.site_name}"}
        | {_key(defect): f"{share.n}\u00a0of\u00a0{share.of}" for defect, share in found.items()},
        tones={_key(defect): "caution" for defect in _WRONG if defect in found},
    )


def _key(defect: Defect) -> str:
    return f"{defect}-share"


def _counts(one: ScannerQuality, view: QualityView, names: Mapping[int, str]) -> Row:
    counts = (number for defect in DEFECTS for number in (one.defects[defect].n, one.defects[defect].of))
    name = names.get(one.scanner, one.scanner_name)
    return Row((name, one.site_name, one.modality, view.window.start, view.last, one.exams, *counts))


def _counted(defect: Defect, title: str) -> Iterator[Column]:
    yield Column(defect, title, "number")
    yield Column(f"{defect}_of", f"{title}, of", "number")


def _exams(scanner: int, view: QualityView, defect: Defect | None = None) -> str:
    window = view.window
    asked = {"scanner": scanner, "started_from": window.start, "started_until": window.end}
    return f"{reverse('exams')}?{urlencode({**asked, **({'defect': defect} if defect else {})})}"


def _percent(share: Share) -> float | None:
    return None if share.share is None else 100 * share.share
