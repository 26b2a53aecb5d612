"""The same Ibis expressions give the same figures on DuckDB and on PostgreSQL, over weeks of the virtual hospital."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings

from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_page, exam_rows
from doseloop.facts.filters import ExamFilter
from doseloop.facts.paths import FactsPaths
from doseloop.facts.people import Played, procedures_of, work_by_name, work_by_person
from doseloop.facts.procedure import distribution, group_values, procedures, trend
from doseloop.facts.quantities import Quantity
from doseloop.facts.today import day, scanner_activity
from doseloop.facts.windows import Grain, Window
from doseloop.roles.data_folder import DataFolder
from doseloop.simulate.day import objects
from doseloop.store.models import Part, Person, Scanner, Site
from tests.facts.on_postgresql import OnPostgresql
from tests.record import ON_POSTGRESQL
from tests.store.taken_in import pipeline_over, take_in

pytestmark = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")


def test_every_figure_is_the_same_on_both(folder: DataFolder) -> None:
    take_in(pipeline_over(folder), objects(60, 23))
    facts = Facts(FactsPaths.in_data(folder.root, settings.RECORD))
    refresh(facts.paths)
    other = OnPostgresql(facts, settings.RECORD.conninfo)
    try:
        compared = [name for name, ask in questions() if same(name, ask(facts), ask(other))]
    finally:
        other.close()
    assert len(compared) > 20


def questions() -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Every function of the facts, over what there is."""
    part = Part.objects.exclude(procedure=None).order_by("pk").first()
    assert part is not None
    last = date.fromisoformat(max(Part.objects.values_list("started_at", flat=True))[:10])
    window, now = Window.of_days_until(last, 4000), datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    one_site = dataclasses.replace(SYSTEM, every_site=False, sites=frozenset({Site.objects.order_by("pk")[0].pk}))
    for scope in (SYSTEM, one_site):
        yield f"procedures {scope}", lambda facts, s=scope: procedures(facts, s, window)
        yield f"day {scope}", lambda facts, s=scope: day(facts, s, last)
        yield f"scanners {scope}", lambda facts, s=scope: scanner_activity(facts, s, now)
        for wanted in filters():
            yield f"{wanted} {scope}", lambda facts, s=scope, w=wanted: exam_page(facts, s, w, ExamOrder(), 3, 20)
        yield (
            f"work by name {scope}",
            lambda facts, s=scope: sorted(work_by_name(facts, s).values(), key=lambda one: one.person),
        )
        yield (
            f"work by person {scope}",
            lambda facts, s=scope: sorted(work_by_person(facts, s).values(), key=lambda one: one.person),
        )
    for person in Person.objects.order_by("pk").values_list("pk", flat=True):
        for played in Played:
            yield f"{played} {person}", lambda facts, p=person, q=played: procedures_of(facts, SYSTEM, p, q, window, 2)
    yield "export", lambda facts: list(exam_rows(facts, SYSTEM, ExamFilter(), ExamOrder()))
    for key in (
        Part.objects.exclude(procedure=None).values_list("procedure", flat=True).distinct().order_by("procedure")
    ):
        for quantity in Quantity:
            yield (
                f"{key} {quantity}",
                lambda facts, k=key, q=quantity: (
                    distribution(facts, SYSTEM, k, q, window),
                    trend(facts, SYSTEM, k, q, window, Grain.MONTH),
                    group_values(facts, SYSTEM, k, q, window),
                ),
            )


def filters() -> Iterator[ExamFilter]:
    scanner = Scanner.objects.order_by("pk")[0]
    procedure = Part.objects.exclude(procedure=None).order_by("pk")[0].procedure_id
    yield ExamFilter()
    yield ExamFilter(text="HEAD")
    yield ExamFilter(procedure=procedure, scanner=scanner.pk)
    yield ExamFilter(without_procedure=True, excluded=None)
    yield ExamFilter(modality="CT", flagged=False)


def same(name: str, one: Any, other: Any) -> bool:
    assert close(one, other), f"{name}:\n{one}\n{other}"
    return True


def close(one: Any, other: Any) -> bool:
    """Equal, figures to the last bits: engines add in different orders."""
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and all(
            close(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return bool(one == other)
