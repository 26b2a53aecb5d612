"""Sets of reference levels as a page lists them: how each stands, and how many of a site's exams it has levels for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import structlog

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts
from doseloop.facts.procedure import procedures
from doseloop.facts.windows import Window
from doseloop.model.errors import SetupError
from doseloop.model.reference_level import VERIFIED, LevelSet
from doseloop.report.compliance_words import verification_said
from doseloop.report.table import Column, Row, Table
from doseloop.store.level_list import LevelSetRow
from doseloop.web.clock import day_shown

_COLUMNS = (
    Column("place", "Place", "number"),
    Column("set", "Set"),
    Column("country", "Country"),
    Column("authority", "Authority"),
    Column("year", "Year", "number"),
    Column("title", "Title"),
    Column("status", "Status"),
    Column("verification", "Verification"),
    Column("rows", "Rows", "number"),
    Column("exams", "Exams of its procedures", "number"),
    Column("confirmed_by", "Confirmed by"),
    Column("confirmed_on", "Confirmed on"),
    Column("grounds", "Grounds"),
    Column("signed", "Usable in signed reports"),
    Column("url", "Source"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the values of a set may be relied on, as a word, its tone, and why."""

    word: str
    tone: str
    why: str


@dataclass(frozen=True, slots=True)
class ListedSet:
    """A set as the page lists it."""

    row: LevelSetRow
    standing: Standing
    exams: int | None
    """Exams of the procedures that it has a level for, each procedure of an exam counted; None where figures cannot be read."""

    @property
    def name(self) -> str:
        """What people call it."""
        return short_name(self.row)

    @property
    def beside(self) -> str:
        """Its title; whose a site's own set is, and of which year."""
        return f"{self.row.authority} {self.row.year}" if self.name == self.row.title else self.row.title


def short_name(one: LevelSet | LevelSetRow) -> str:
    """`UKHSA 2022`; the title of a site's own set."""
    return one.title if one.verification == "own" else f"{one.authority[0].upper()}{one.authority[1:]} {one.year}"


def listed(rows: Iterable[LevelSetRow], exams: Mapping[str, int] | None) -> tuple[ListedSet, ...]:
    """The sets in their order; `exams` as `exams_of_sets` counts them."""
    return tuple(ListedSet(one, standing(one), None if exams is None else exams.get(one.key, 0)) for one in rows)


def standing(row: LevelSetRow) -> Standing:
    """How the values were read, and whether the site confirmed them."""
    how = verification_said(row.verification)
    if row.verification in VERIFIED:
        return Standing("Verified", "good", how)
    if row.confirmed_by is None or row.confirmed_on is None:
        return Standing("Not verified", "caution", how)
    by = f"by {row.confirmed_by}, {day_shown(date.fromisoformat(row.confirmed_on))}"
    if row.usable_when_signed:
        return Standing("Confirmed", "good", by)
    return Standing("Confirmation lapsed", "caution", f"{by}; values changed since")


def exams_of_sets(facts: Facts, scope: Scope, window: Window, sets: Iterable[LevelSet]) -> dict[str, int] | None:
    """Exams in the window of the procedures that each set has a level for, by its key; None where figures cannot be read.

    An exam with two procedures counts for each. Ages, sizes and phantoms are not looked at.
    """
    try:
        counted = {one.key: one.exams for one in procedures(facts, scope, window)}
    except SetupError as error:
        structlog.get_logger().error("figures cannot be read", why=str(error))
        return None
    return {one.id: sum(counted.get(key, 0) for key in _procedures(one)) for one in sets}


def as_file(found: Iterable[ListedSet]) -> Table:
    """One row for each set, for a file."""
    return Table("levels", "Sets of reference levels", _COLUMNS, (_row(one.row, one.exams) for one in found))


def _procedures(one: LevelSet) -> set[str]:
    rows = (level for level in one.levels if level.is_level and level.why_unmatched is None)
    return {level.procedure for level in rows if level.procedure is not None}


def _row(one: LevelSetRow, exams: int | None) -> Row:
    return Row(
        (
            one.place, one.key, one.country, one.authority, one.year, one.title, one.status, one.verification, one.rows,
            exams, one.confirmed_by, one.confirmed_on, one.grounds, one.usable_when_signed, one.url,
        )
    )  # fmt: skip
