"""Reference levels of a procedure against the median of each scanner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.assess.level_matching import LevelMatch
from doseloop.assess.level_settings import DEFAULT_SETTINGS
from doseloop.assess.reference_levels import Verdict, compare
from doseloop.assess.samples import Sample
from doseloop.facts.engine import Facts
from doseloop.facts.procedure import group_values
from doseloop.model.reference_level import LevelSet, ReferenceLevel
from doseloop.report.compliance_words import verification_said
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.web.level_matches import level_matches
from doseloop.web.procedure_view import ProcedureView

LEAST = DEFAULT_SETTINGS.min_n


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
    source: LevelSet
    verification: str
    short_name: str
    because: tuple[str, ...]
    """Why the level is for what one looks at, and what stays open."""
    notes: tuple[str, ...]
    """What is true of every verdict."""
    verdicts: tuple[ScannerVerdict, ...]


def compared_levels(
    facts: Facts, scope: Scope, procedure: str, view: ProcedureView, scanners: Mapping[int, str]
) -> tuple[Compared, ...]:
    """Every level for the procedure, quantity and ages of the view, of the sets that the scope's sites compare with.

    `scanners`: what each is called, by its key.
    """
    matches = [one for one in level_matches(scope, procedure, view) if one.outcome == "compared"]
    samples = {key: _samples(facts, scope, procedure, view, key) for key in scanners} if matches else {}
    return tuple(_compared(one, samples, scanners) for one in matches)


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
        Column("sizes", "Sizes of the n"),
        Column("state", "Verdict"),
        Column("why", "Why"),
    )
    return Table("reference-levels", "Reference levels", columns, _rows(found))


def _rows(found: tuple[Compared, ...]) -> Iterator[Row]:
    for one in found:
        source = (
            f"{one.source.authority} ({one.source.country}) {one.source.year}, {one.source.status}: {one.source.url}"
        )
        head = (one.short_name, source, one.verification, one.level.scope, one.level.value)
        for each in one.verdicts:
            low, high = each.verdict.interval or (None, None)
            measured = (each.scanner_name, each.verdict.n, each.verdict.median, low, high)
            yield Row(
                (*head, *measured, each.verdict.sized.words, each.verdict.state, " ".join(each.verdict.sentences))
            )


def _samples(facts: Facts, scope: Scope, procedure: str, view: ProcedureView, scanner: int) -> tuple[Sample, ...]:
    values = group_values(facts, scope, procedure, view.quantity, view.window, scanner, view.band)
    return tuple(
        Sample(one.value, one.weight_kg, one.phantom_cm, not one.settled, one.weight_source or "object")
        for one in values
    )


def _compared(match: LevelMatch, samples: Mapping[int, tuple[Sample, ...]], names: Mapping[int, str]) -> Compared:
    level, source = match.level, match.source
    found = {key: compare(values, level) for key, values in samples.items()}
    shared = _shared([verdict.sentences[1:] for verdict in found.values()])
    said = (*shared, *match.reservations, *match.caveats)
    return Compared(
        level=level,
        source=source,
        verification=verification_said(source.verification),
        short_name=f"{source.country} {source.year}",
        because=(*match.because, *match.reservations, *match.caveats),
        notes=tuple(one for one in dict.fromkeys((*match.reservations, *shared)) if one not in match.caveats),
        verdicts=tuple(ScannerVerdict(names[key], one, _why(one, said)) for key, one in found.items()),
    )


def _shared(each: list[tuple[str, ...]]) -> tuple[str, ...]:
    first = each[0] if each else ()
    return tuple(sentence for sentence in first if all(sentence in one for one in each))


def _why(verdict: Verdict, shared: tuple[str, ...]) -> tuple[str, ...]:
    """The first sentence repeats the columns of a row that has a verdict."""
    said = verdict.sentences[1:] if verdict.interval else verdict.sentences
    return tuple(sentence for sentence in said if sentence not in shared)
