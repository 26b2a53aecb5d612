"""Figures of operators and physicians, of which those of too few exams, or beside too few others, never leave this file.

A person is compared with the others who played the same part at the same site: the median of the person's exams of a procedure
with that of theirs. Both are shown only where the person has enough exams, and where at least two others have enough besides
those that they did together with the person, so that neither the person nor one of the others can be told from a figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.quantities import ADULT, Quantity, default_quantity
from doseloop.facts.windows import Window

LEAST_OTHERS = 2
"""With one other alone, that one's median would be shown."""


class Played(StrEnum):
    """What somebody was in an exam."""

    OPERATOR = "operator"
    PHYSICIAN = "physician"


@dataclass(frozen=True, slots=True)
class Work:
    """Exams that name somebody, excluded ones left out."""

    person: int
    exams: int
    as_operator: int
    as_physician: int
    first: datetime | None
    """Start of the first exam, wall clock of the site, naive; None where no exam tells."""
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A person's median beside that of the others, in the unit of the quantity."""

    exams: int
    median: float
    others: int
    """People, each with enough exams that the person was not in."""
    others_exams: int
    others_median: float


@dataclass(frozen=True, slots=True)
class PersonProcedure:
    """A procedure that the person did."""

    key: str
    name: str
    modality: str
    quantity: Quantity
    compared: Compared | None
    """None where there are too few to show; how many there are is not told then either."""


def work_by_name(facts: Facts, scope: Scope) -> dict[int, Work]:
    """What each typed name of the scope stands in, by its key."""
    return _work(facts, scope, "person")


def work_by_person(facts: Facts, scope: Scope) -> dict[int, Work]:
    """The same of whom the names stand for: an exam that names one person twice counts once."""
    return _work(facts, scope, "whom")


def procedures_of(
    facts: Facts, scope: Scope, person: int, played: Played, window: Window, least: int
) -> tuple[PersonProcedure, ...]:
    """The person's procedures in the window by the median of adults' eligible settled parts, those that can be shown first.

    `person` is the key of whom names stand for. Nothing where that is no person, or the scope does not show people.
    """
    with facts.session(scope) as session:
        catalogue = {row["procedure"]: row for row in session.names["procedures"].to_pylist()}
        values = _values(session, person, played, window, catalogue)
        own = values.filter(values.whom == person)
        others = values.filter(values.whom != person).anti_join(own.select("exam").distinct(), "exam")
        mine = {row["procedure"]: row for row in session.records(_summed(own, "procedure"))}
        rest = {row["procedure"]: row for row in session.records(_of_others(others, least))}
        found = [_told(catalogue[key], row, rest.get(key), least) for key, row in mine.items()]
        return tuple(sorted(found, key=lambda one: (one.compared is None, -_exams(one), one.name)))


def _work(facts: Facts, scope: Scope, by: str) -> dict[int, Work]:
    with facts.session(scope) as session:
        rows = session.people.filter(session.people.excluded_as == "")
        counted = rows.group_by(person=rows[by]).agg(
            exams=rows.exam.nunique(),
            as_operator=rows.exam.nunique(where=rows.played == Played.OPERATOR),
            as_physician=rows.exam.nunique(where=rows.played == Played.PHYSICIAN),
            first=rows.exam_started_at.min(),
            last=rows.exam_started_at.max(),
        )
        return {row["person"]: Work(**row) for row in session.records(counted)}


def _values(
    session: Session, person: int, played: Played, window: Window, catalogue: Mapping[str, Mapping[str, Any]]
) -> ir.Table:
    """Values of everybody's exams at the person's sites: one row for each part and person in it."""
    people = session.people
    at = people.filter(people.whom == person).select("site").distinct()
    staff = people.filter(people.played == played, people.is_one_person).semi_join(at, "site")
    staff = staff.select("exam", "whom").distinct()
    parts = session.parts
    dated = (parts.exam_started_at >= window.first_moment) & (parts.exam_started_at < window.end_moment)
    counted = parts.eligible & parts.settled & (parts.excluded_as == "") & (parts.age_band == ADULT)
    value = _value(parts, {key: default_quantity(row["modality"]) for key, row in catalogue.items()})
    told = parts.filter(dated, counted).mutate(value=value).filter(lambda row: row.value.notnull())
    return told.select("exam", "position", "procedure", "value").inner_join(staff, "exam")


def _value(parts: ir.Table, quantities: Mapping[str, Quantity]) -> ir.Value:
    """The main quantity of each part's procedure."""
    chosen = [(parts.procedure == key, parts[quantity.value]) for key, quantity in quantities.items()]
    return ibis.cases(*chosen) if chosen else ibis.null(float)


def _summed(values: ir.Table, *by: str) -> ir.Table:
    return values.group_by(*by).agg(exams=values.exam.nunique(), median=values.value.quantile(0.5))


def _of_others(values: ir.Table, least: int) -> ir.Table:
    """By procedure the median of those people who have enough exams, each part once however many of them did it."""
    enough = _summed(values, "procedure", "whom").filter(lambda row: row.exams >= least)
    theirs = values.semi_join(enough, ["procedure", "whom"])
    once = theirs.select("procedure", "exam", "position", "value").distinct()
    people = enough.group_by("procedure").agg(people=enough.whom.nunique())
    return _summed(once, "procedure").inner_join(people, "procedure")


def _told(
    named: Mapping[str, Any], own: Mapping[str, Any], others: Mapping[str, Any] | None, least: int
) -> PersonProcedure:
    shown = own["exams"] >= least and others is not None and others["people"] >= LEAST_OTHERS
    return PersonProcedure(
        key=named["procedure"],
        name=named["procedure_name"],
        modality=named["modality"],
        quantity=default_quantity(named["modality"]),
        compared=Compared(own["exams"], own["median"], others["people"], others["exams"], others["median"])
        if shown and others is not None
        else None,
    )


def _exams(one: PersonProcedure) -> int:
    return one.compared.exams if one.compared else 0
