"""Exams with who operated the scanner, as the rule `operators` compares them. For the worker: pages read what it kept."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.assess.operator_sample import NamedExam
from doseloop.facts.engine import Facts, Session
from doseloop.facts.people import Played
from doseloop.facts.windows import Window

_OF_PART = ("exam", "modality", "scanner", "procedure", "age_band", "phantom_cm", "weight_kg")
_DOSES = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2")


def operator_exams(facts: Facts, scope: Scope, site: int, window: Window) -> Mapping[str, tuple[NamedExam, ...]]:
    """The settled, eligible parts with a procedure of a site's exams that started in the window, by modality.

    Nothing where the scope does not see the site or shows no people: without names nothing could be compared.
    """
    if not scope.operators:
        return {}
    with facts.session(scope) as session:
        named = _named(session, site, window)
        found: dict[str, list[NamedExam]] = defaultdict(list)
        for row in session.records(_parts(session, site, window)):
            found[row["modality"]].append(_exam(row, named.get(row["exam"], ())))
    return {modality: tuple(exams) for modality, exams in found.items()}


def _parts(session: Session, site: int, window: Window) -> ir.Table:
    parts = _within(session.parts, site, window)
    counted = parts.eligible & parts.settled & (parts.excluded_as == "") & parts.procedure.notnull()
    return parts.filter(counted).select(*_OF_PART, *_DOSES, at=parts.exam_started_at)


def _within(rows: ir.Table, site: int, window: Window) -> ir.Table:
    dated = (rows.exam_started_at >= window.first_moment) & (rows.exam_started_at < window.end_moment)
    return rows.filter(rows.site == site, dated)


def _named(session: Session, site: int, window: Window) -> Mapping[int, list[tuple[int, bool]]]:
    people = _within(session.people, site, window)
    rows = people.filter(people.played == Played.OPERATOR)
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for row in session.records(rows.select("exam", "whom", "is_one_person").distinct()):
        found[row["exam"]].append((row["whom"], row["is_one_person"]))
    return found


def _exam(row: Mapping[str, Any], named: "list[tuple[int, bool]] | tuple[()]") -> NamedExam:
    return NamedExam(
        **{name: row[name] for name in (*_OF_PART, "at", *_DOSES) if name != "modality"},
        operators=frozenset(whom for whom, is_one_person in named if is_one_person),
        is_shared=any(not is_one_person for _, is_one_person in named),
    )
