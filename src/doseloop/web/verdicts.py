"""Reference levels of a procedure against the median of each scanner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.assess.reference_levels import DEFAULT_SETTINGS, Sample, Verdict, compare
from doseloop.facts.engine import Facts
from doseloop.facts.procedure import group_values
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.reference.levels import level_set_of, levels_for
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.store.level_choice import chosen_in
from doseloop.web.procedure_view import ProcedureView

LEAST = DEFAULT_SETTINGS.min_n
_VERIFICATIONS = {
    "primary": "read in the authority's text",
    "primary_mirror": "read in a mirror of the authority's text",
    "abstract": "read in an abstract only",
    "secondary_quoted": "as quoted by another source",
    "secondary": "from another source",
    "own": "the site's own",
}


@dataclass(frozen=True, slots=True)
class ScannerVerdict:
    """How the median of one scanner stands to a level."""

    scanner_name: str
    verdict: Verdict
    why: tuple[str, ...]
    """The sentences that the columns do not say already."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A level, where it comes from, and every scanner's verdict."""

    level: ReferenceLevel
    source: LevelSet | None
    verification: str
    short_name: str
    notes: tuple[str, ...]
    """What is true of every verdict."""
    verdicts: tuple[ScannerVerdict, ...]


def compared_levels(
    facts: Facts, scope: Scope, procedure: str, view: ProcedureView, scanners: Mapping[int, str]
) -> tuple[Compared, ...]:
    """Every level for the procedure, quantity and ages of the view, of the sets that the scope's sites compare with, in their
    order; none for all ages, which no level is for.

    `scanners`: what each is called, by its key.
    """
    age = view.typical_age_years
    sets = chosen_in(scope)
    levels = levels_for(procedure, view.quantity, sets, age) if age is not None else ()
    samples = {key: _samples(facts, scope, procedure, view, key) for key in scanners} if levels else {}
    return tuple(_compared(level, level_set_of(level, sets), samples, scanners) for level in levels)


def verdict_table(found: tuple[Compared, ...], view: ProcedureView, units: Mapping[str, str]) -> Table:
    """One row for each level and scanner."""
    columns = (
        Column("level", "Level"),
        Column("source", "Source"),
        Column("verification", "Verification"),
        Column("scope", "For"),
        quantity_column(view.quantity, units, "Level's value"),
        Column("scanner", "Scanner"),
        Column("n", "n", "number"),
        quantity_column(view.quantity, units, "Median"),
        quantity_column(view.quantity, units, "Interval from"),
        quantity_column(view.quantity, units, "Interval to"),
        Column("state", "Verdict"),
        Column("why", "Why"),
    )
    return Table("reference-levels", "Reference levels", columns, _rows(found))


def _rows(found: tuple[Compared, ...]) -> Iterator[Row]:
    for one in found:
        source = f"{one.source.authority} {one.source.year}: {one.source.url}" if one.source else ""
        head = (one.short_name, source, one.verification, one.level.scope, one.level.value)
        for each in one.verdicts:
            low, high = each.verdict.interval or (None, None)
            measured = (each.scanner_name, each.verdict.n, each.verdict.median, low, high)
            yield Row((*head, *measured, each.verdict.state, " ".join(each.verdict.sentences)))


def _samples(facts: Facts, scope: Scope, procedure: str, view: ProcedureView, scanner: int) -> tuple[Sample, ...]:
    values = group_values(facts, scope, procedure, view.quantity, view.window, scanner, view.band)
    return tuple(Sample(one.value, one.weight_kg, one.phantom_cm, not one.settled) for one in values)


def _compared(
    level: ReferenceLevel, source: LevelSet | None, samples: Mapping[int, tuple[Sample, ...]], names: Mapping[int, str]
) -> Compared:
    found = {key: compare(values, level, source=source) for key, values in samples.items()}
    shared = _shared([verdict.sentences[1:] for verdict in found.values()])
    return Compared(
        level=level,
        source=source,
        verification=_VERIFICATIONS[source.verification] if source else "",
        short_name=f"{source.country} {source.year}" if source else level.set_id,
        notes=shared,
        verdicts=tuple(ScannerVerdict(names[key], one, _why(one, shared)) for key, one in found.items()),
    )


def _shared(each: list[tuple[str, ...]]) -> tuple[str, ...]:
    first = each[0] if each else ()
    return tuple(sentence for sentence in first if all(sentence in one for one in each))


def _why(verdict: Verdict, shared: tuple[str, ...]) -> tuple[str, ...]:
    """The first sentence repeats the columns of a row that has a verdict."""
    said = verdict.sentences[1:] if verdict.interval else verdict.sentences
    return tuple(sentence for sentence in said if sentence not in shared)
