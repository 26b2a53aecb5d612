"""Compliance: the groups of a site's scanners against the levels that the site compares with, over a window."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from doseloop.access.scope import Scope
from doseloop.assess.level_matching import LevelMatch, own_match
from doseloop.assess.level_settings import Settings
from doseloop.assess.level_words import group_said
from doseloop.assess.reference_levels import Days, Kept, Standing, keep, standing, verdict_of
from doseloop.assess.samples import Samples
from doseloop.facts.engine import Facts
from doseloop.facts.level_samples import level_samples, of_scanners, wanted_for
from doseloop.facts.windows import Window
from doseloop.model.level_figure import LevelFigure
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.procedures import catalogue
from doseloop.store import changes, level_explanations, level_sets
from doseloop.store.level_choice import chosen
from doseloop.store.level_confirmation import usable_when_signed
from doseloop.store.level_explanations import Explanation
from doseloop.store.scanner_list import scanner_names

Said = Mapping[tuple[int, str], Explanation]
"""What people said, by scanner and level."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One scanner's group against one level."""

    scanner: int
    kept: Kept
    standing: Standing
    explanation: Explanation | None
    """What a person said about it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A level that is compared with, and the scanners that have values for it, by key."""

    match: LevelMatch
    usable_when_signed: bool
    cells: Mapping[int, Cell]

    @property
    def level(self) -> ReferenceLevel:
        """The level."""
        return self.match.level

    @property
    def source(self) -> LevelSet:
        """The set that it is of."""
        return self.match.source


@dataclass(frozen=True, slots=True)
class Compliance:
    """Every level with values. Levels stand in the order of procedures, and within one in that of the chosen sets."""

    site: int
    site_name: str
    window: Window
    settings: Settings
    sets: tuple[LevelSet, ...]
    compared: tuple[Compared, ...]
    scanners: Mapping[int, str]
    """Name by key of those that have any cell, in the order of names."""
    change: int
    """Data state: number of the last change of the record before it was made."""


def compliance(
    facts: Facts,
    scope: Scope,
    site: int,
    window: Window,
    settings: Settings,
    scanner: int | None = None,
    level_id: str | None = None,
) -> Compliance:
    """The site's groups against its levels; of one scanner and level alone where they are named. Errors: `NotVisible`."""
    change = changes.last_change()
    sets = chosen(scope, site)
    levels = [(level, each) for each in sets for level in each.levels if level_id in (None, level.id)]
    matches = [one for level, each in levels if (one := own_match(level, each)) is not None]
    drawn = level_samples(facts, scope, [wanted_for(one.level) for one in matches], window, site, scanner)
    signed = {one.id for one in usable_when_signed(scope, site)}
    said = level_explanations.explanations(scope, site)
    found = [
        _compared(one, of_scanners(drawn, one.level), window, settings, said, signed=one.source.id in signed)
        for one in matches
    ]
    order = {one.id: place for place, one in enumerate(sets)}
    known = sorted((one for one in found if one.cells), key=lambda one: _order(one, order))
    names, present = scanner_names(scope), {key for one in known for key in one.cells}
    return Compliance(
        site, level_sets.site_name(scope, site), window, settings, sets, tuple(known),
        {key: name for key, name in names.items() if key in present}, change,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellInDepth:
    """One cell with every value that it is of."""

    compared: Compared
    cell: Cell
    figure: LevelFigure

    @property
    def samples(self) -> Samples:
        """The values; `cell.kept.fates` has what became of them, in the same order."""
        return self.cell.kept.samples


def cell_in_depth(
    facts: Facts, scope: Scope, site: int, window: Window, settings: Settings, scanner: int, level_id: str
) -> CellInDepth | None:
    """One scanner against one level that the site compares with; None where it does not, or there is no value.

    Errors: `NotVisible`.
    """
    found = compliance(facts, scope, site, window, settings, scanner, level_id)
    compared = next(iter(found.compared), None)
    if compared is None or scanner not in compared.cells:
        return None
    cell = compared.cells[scanner]
    return CellInDepth(compared, cell, figure(found, compared, cell))


def figures(found: Compliance) -> Iterator[LevelFigure]:
    """Every cell in full."""
    for one in found.compared:
        for key in found.scanners:
            if key in one.cells:
                yield figure(found, one, one.cells[key])


def figure(found: Compliance, one: Compared, cell: Cell) -> LevelFigure:
    """One cell in full."""
    level, source = one.level, one.source
    verdict = verdict_of(cell.kept, level, found.settings, source)
    low, high = verdict.interval or (None, None)
    p25, p75 = verdict.quartiles or (None, None)
    return LevelFigure(
        site=found.site_name, scanner=cell.scanner, scanner_name=found.scanners[cell.scanner], modality=level.modality,
        procedure=level.procedure or "", procedure_name=catalogue().name_of(level.procedure or ""),
        group=group_said(level.group), indication=level.indication, quantity=level.quantity, per=level.per,
        level_id=level.id, set_id=source.id, set_title=source.title, country=source.country, authority=source.authority,
        year=source.year, status=source.status, verification=level.verification,
        usable_when_signed=one.usable_when_signed, kind=level.kind, level=level.value, state=verdict.state,
        close=cell.standing.is_close, median=verdict.median, interval_low=low, interval_high=high, p25=p25, p75=p75,
        n=verdict.n, n_patients=verdict.n_patients, least=verdict.least, enough_on=verdict.enough_on,
        sizes=verdict.sizes, sizes_said=verdict.sized.words, n_provisional=verdict.n_provisional,
        n_outside_age=verdict.n_outside_age, n_outside_size=verdict.n_outside_size,
        n_other_phantom=verdict.n_other_phantom, n_unknown_phantom=verdict.n_unknown_phantom,
        sentences=tuple(dict.fromkeys((*verdict.sentences, *one.match.reservations))),
        said=cell.explanation.text if cell.explanation else None, said_by=cell.explanation.by if cell.explanation else None,
        first_day=found.window.start, last_day=_last(found.window), data_state=found.change,
    )  # fmt: skip


def days_of(window: Window) -> Days:
    """First and last day, both included."""
    return window.start, _last(window)


def _last(window: Window) -> date:
    return window.end - timedelta(days=1)


def _order(one: Compared, places: Mapping[str, int]) -> tuple[str, str, tuple[object, ...], str, int]:
    level = one.level
    group = (level.group.category, level.group.ages.low or 0.0, level.group.weights.low or 0.0)
    name = catalogue().name_of(level.procedure or "")
    return level.modality, name, group, level.quantity, places[one.source.id]


def _compared(
    match: LevelMatch, groups: Mapping[int, Samples], window: Window, settings: Settings, said: Said, *, signed: bool
) -> Compared:
    cells = {}
    for scanner, samples in groups.items():
        kept = keep(samples, match.level, settings, days_of(window), by_age=True)
        if len(kept.values) or kept.no_verdict:
            stands = standing(kept, match.level, settings)
            cells[scanner] = Cell(scanner, kept, stands, said.get((scanner, match.level.id)))
    return Compared(match, signed, cells)
