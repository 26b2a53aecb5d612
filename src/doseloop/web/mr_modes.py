"""MR series of an exam against the operating modes: the highest of each reported index, its limit and the mode that it implies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from doseloop.dosimetry.mr_operating_mode import INDICES, METHOD, MODES_SAID, JudgedIndex, MrJudgement, judge
from doseloop.model.mr import MrSeries
from doseloop.model.quantities import NOT_RECORDED, QUANTITIES, shown
from doseloop.reference.mr_limits import mr_limits
from doseloop.report.table import Column, Row, Table
from doseloop.store.exam_events import EventDetail
from doseloop.web.tables import PageTable, page_table

_COLUMNS: Final = (
    Column("index", "Reported index"),
    Column("highest", "Highest", "number"),
    Column("limit", "Limit of the normal mode", "number"),
    Column("share", "Share of the limit", "number"),
    Column("mode", "Mode it implies"),
)


@dataclass(frozen=True, slots=True)
class MrModes:
    """What the page of an exam shows of them."""

    table: PageTable
    contradictions: tuple[str, ...]
    """Each with the series that it is of."""
    stated: str
    """The modes that objects state, in words; empty where none does."""
    standard: str
    not_read: str
    method: str
    """Id and version of how they were judged."""


def mr_modes(events: Iterable[EventDetail]) -> MrModes | None:
    """The exam's MR series judged; None where none reports an index."""
    judged = [(one.position + 1, judge(one.detail)) for one in events if isinstance(one.detail, MrSeries)]
    rows = [row for index in INDICES if (row := _row(index, judged))]
    if not rows:
        return None
    stated = dict.fromkeys(MODES_SAID[one.stated_mode] for _, one in judged if one.stated_mode)
    return MrModes(
        table=page_table(Table("mr-modes", "Against the operating modes", _COLUMNS, rows)),
        contradictions=tuple(f"Series {number}: {one.contradiction}" for number, one in judged if one.contradiction),
        stated=", ".join(stated),
        standard=mr_limits().standard,
        not_read=mr_limits().not_read,
        method=f"{METHOD.id}, version {METHOD.version}",
    )


def _row(index: str, judged: list[tuple[int, MrJudgement]]) -> Row | None:
    found = [(number, one) for number, series in judged for one in series.indices if one.index == index]
    if not found:
        return None
    number, one = max(found, key=lambda pair: pair[1].value)
    values = (QUANTITIES[index].name, shown(index, one.value), _limit(one), _share(one), _mode(one))
    notes = {"highest": f"series {number}", "mode": one.reason}
    if one.limit is not None and not one.is_verified:
        notes["limit"] = "not verified: seen in one source"
    return Row(values, notes=notes, tones={"mode": "caution"} if one.mode == "IEC_SECOND_LEVEL" else {})


def _limit(one: JudgedIndex) -> str | None:
    return shown(one.index, one.limit) if one.limit is not None else None


def _share(one: JudgedIndex) -> str | None:
    return f"{100 * one.share:.0f} %" if one.share is not None else None


def _mode(one: JudgedIndex) -> str:
    return MODES_SAID[one.mode] if one.mode else NOT_RECORDED
