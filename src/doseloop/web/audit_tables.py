"""Tables of the audit: a row for each of its rows, or for each sight of a page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import compress, groupby
from typing import Any

from django.urls import reverse

from doseloop.access.scope import Scope
from doseloop.model.audit import AuditRecord
from doseloop.report.table import Column, Row, Table
from doseloop.store import site_list
from doseloop.store.audit_list import AuditFilter
from doseloop.web.clock import short_time

_COLUMNS = (
    Column("at", "When", "time"),
    Column("actor", "Who"),
    Column("address", "From"),
    Column("action", "Did"),
    Column("subject", "What"),
    Column("patient", "Patient"),
    Column("identified", "Name and number"),
    Column("site", "Site"),
    Column("change", "Change"),
)
_KEYS = tuple(column.key for column in _COLUMNS)
_LINKED = {"exam": "exam", "flag": "flag"}
_LONGEST = 200
_NAMED = 12
"""Patients of one sight that a page names by their keys."""


def of_patient(key: int) -> str:
    """Address of what is noted about the patient."""
    return f"{reverse('audit')}?{AuditFilter(patient=key).to_address()}"


def by_row(scope: Scope, found: Iterable[AuditRecord]) -> Table:
    """A row for each row of the audit, as a file has them."""
    sites = _sites(scope)
    return Table("audit", "Audit", _COLUMNS, (_row(one, sites) for one in found))


def by_sight(scope: Scope, found: Iterable[AuditRecord]) -> Table:
    """A row for each page that someone saw, however many patients stood on it; columns that stay empty are left out."""
    sites = _sites(scope)
    rows = tuple(_sight(tuple(rows), sites) for _, rows in groupby(found, _same_sight))
    filled = [any(row.values[position] is not None for row in rows) for position in range(len(_COLUMNS))]
    return Table("audit", "Audit", tuple(compress(_COLUMNS, filled)), tuple(_only(row, filled) for row in rows))


def _sites(scope: Scope) -> dict[int, str]:
    return {site.id: site.name for site in site_list.sites(scope)}


def _same_sight(one: AuditRecord) -> tuple[object, ...]:
    return (
        one.at.replace(microsecond=0),
        one.actor,
        one.address,
        one.action,
        one.subject,
        one.identified,
        one.site,
        change(one),
    )


def _sight(rows: tuple[AuditRecord, ...], sites: Mapping[int, str]) -> Row:
    first = _row(rows[0], sites)
    keys = list(dict.fromkeys(str(one.patient_key) for one in rows if one.patient_key is not None))
    if len(keys) < 2:
        return first
    named = ", ".join(keys[:_NAMED]) + (f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else "")
    told = {**dict(zip(_KEYS, first.values, strict=True)), "patient": f"{len(keys)} patients"}
    return Row(tuple(told.values()), {}, notes={"patient": named}, shown=first.shown)


def _only(row: Row, filled: list[bool]) -> Row:
    return replace(row, values=tuple(compress(row.values, filled)))


def _row(one: AuditRecord, sites: Mapping[int, str]) -> Row:
    links = {"subject": _address(one.subject)}
    if one.patient_key is not None:
        links["patient"] = of_patient(one.patient_key)
    return Row(
        (
            one.at,
            one.actor,
            one.address,
            one.action,
            one.subject,
            None if one.patient_key is None else str(one.patient_key),
            None if one.identified is None else "shown" if one.identified else "hidden",
            sites.get(one.site) if one.site is not None else None,
            change(one) or None,
        ),
        links={name: address for name, address in links.items() if address},
        shown={"at": f"{short_time(one.at)}:{one.at:%S}"},
    )


def change(one: AuditRecord) -> str:
    """What was changed, in words: `state: open → case`."""
    names = dict.fromkeys((*one.before, *one.after))
    told = "; ".join(_changed(name, one) for name in names if one.before.get(name) != one.after.get(name))
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def _changed(name: str, one: AuditRecord) -> str:
    words = name.replace("_", " ")
    if name in one.before:
        return f"{words}: {_value(one.before[name])} → {_value(one.after.get(name))}"
    return f"{words}: {_value(one.after[name])}"


def _value(held: Any) -> str:
    if isinstance(held, dict):
        return ", ".join(f"{name} {_value(value)}" for name, value in held.items()) or "–"
    if isinstance(held, list):
        return ", ".join(map(_value, held)) or "–"
    return "–" if held is None or held == "" else str(held)


def _address(subject: str) -> str:
    found = re.fullmatch(r"(?:object \d+ of )?(exam|flag) (\d+)", subject)
    return reverse(_LINKED[found.group(1)], args=[int(found.group(2))]) if found else ""
