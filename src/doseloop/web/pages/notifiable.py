"""The calculator: whether an event has to be reported or followed up, by each rule of the packs that are picked, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.model.rule_pack import RulePack
from doseloop.report.table import Table
from doseloop.store.audit import Seen
from doseloop.store.exam_detail import ExamDetail
from doseloop.store.rule_pack_choice import chosen_in, known_in
from doseloop.store.site_list import display_units
from doseloop.web import notifiable_tables
from doseloop.web.actor import note_sight
from doseloop.web.exports import export_links, export_routes
from doseloop.web.notifiable_exam import exam_values
from doseloop.web.notifiable_form import Told, told
from doseloop.web.rights import needs

_DIGITS = 12
_SENT, _BETWEEN = "sent", "."
"""Names of the fields that a form had which was sent, which a browser does not send where they are empty."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks."""

    known: tuple[RulePack, ...]
    picked: tuple[RulePack, ...]
    told: Told
    exam: ExamDetail | None
    """Whose values are filled in, or were at first."""

    @property
    def sent(self) -> str:
        """The names of the form's fields."""
        return _BETWEEN.join(one.field.name for one in self.told.fields)


@needs(Right.SEE)
@require_safe
def notifiable(request: HttpRequest) -> HttpResponse:
    """The page. `?exam=` fills in what the record tells of an exam; `pack=` picks packs, those that sites go by else."""
    asked = _asked(request)
    if asked.exam is not None:
        note_sight(request, "calculator", {Seen(asked.exam.patient_key, asked.exam.site.id)})
    shown = notifiable_tables.packs_shown(asked.told.event, asked.picked)
    context: dict[str, Any] = {
        "asked": asked,
        "picked": {one.key for one in asked.picked},
        "packs": shown,
        "headline": notifiable_tables.headline(shown) if shown else None,
        "exports": export_links(request, "notifiable") if shown else {},
        "address": _address(request, asked),
        "may_choose": Right.LEVELS in request.rights,  # type: ignore[attr-defined]
    }
    return render(request, "doseloop/notifiable.html", context)


def _asked(request: HttpRequest) -> Asked:
    scope: Scope = request.access  # type: ignore[attr-defined]
    known, units = known_in(scope), display_units(scope)
    picked = _picked(request, scope, known)
    given: Mapping[str, str] = {one: request.GET[one] for one in request.GET}
    detail = None
    if key := given.get("exam", ""):
        detail, values = exam_values(scope, _number(key), picked, units)
        given = {**_not_asked_before(values, given), **given}
    return Asked(known, picked, told(given, picked, units), detail)


def _picked(request: HttpRequest, scope: Scope, known: tuple[RulePack, ...]) -> tuple[RulePack, ...]:
    keys = request.GET.getlist("pack")
    if not keys and not _is_filled(request.GET.dict()):
        return chosen_in(scope)
    unknown = sorted(set(keys) - {one.key for one in known})
    if unknown:
        raise UnusableInput(f"There is no rule pack {unknown[0]!r}.")
    return tuple(one for one in known if one.key in keys)


def _not_asked_before(values: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Of an exam's values those of fields that the form which was sent did not have: what was emptied there stays empty."""
    asked = set(given.get(_SENT, "").split(_BETWEEN))
    return {name: text for name, text in values.items() if name.removesuffix("_unit") not in asked}


def _is_filled(given: Mapping[str, str]) -> bool:
    """Whether the form was sent: then no pack means none."""
    return _SENT in given


def _address(request: HttpRequest, asked: Asked) -> str:
    """The address that gives this page again to whoever has the same rights, also where values came from the record."""
    pairs = [("pack", one.key) for one in asked.picked]
    pairs += [("exam", str(asked.exam.id))] if asked.exam else []
    for one in asked.told.fields:
        if one.text:
            pairs += [(one.field.name, one.text)] + ([(f"{one.field.name}_unit", one.unit)] if one.units else [])
    return f"{request.path}?{urlencode([*pairs, (_SENT, '1')])}"


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput("That is no key of an exam.")
    return int(text)


def _table(request: HttpRequest) -> Table:
    asked = _asked(request)
    about = f"exam {asked.exam.id}" if asked.exam else ""
    return notifiable_tables.as_file(asked.told.event, asked.picked, about)


def _patients(request: HttpRequest) -> set[Seen]:
    exam = _asked(request).exam
    return set() if exam is None else {Seen(exam.patient_key, exam.site.id)}


routes = [
    path("notifiable/", notifiable, name="notifiable"),
    *export_routes("notifiable/answers", "notifiable", _table, _patients),
]
