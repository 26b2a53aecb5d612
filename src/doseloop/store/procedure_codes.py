"""Codes of procedures by a site's own copy of RSNA's or LOINC's file, whose licence keeps it out of the package.

A code in an object comes with a meaning that somebody typed, or with none. Where the file knows the code, the file's name stands
for it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from django.db import transaction

from doseloop.model.errors import UnusableInput
from doseloop.model.reading import Code
from doseloop.store.audit import Actor, record_change
from doseloop.store.models import Exam, ProcedureCode
from doseloop.store.prepared import Rows, Slot

SCHEMES: Final = ("RADLEX", "LOINC")
_SCHEME_NAMES: Final = {"RADLEX": "RADLEX", "RPID": "RADLEX", "LN": "LOINC", "LOINC": "LOINC"}
"""Coding scheme designators (PS3.16 table 8-1: RADLEX, LN) and what systems write in their place."""
_CODES: Final = {"RADLEX": ("rpid",), "LOINC": ("loincnumber", "loincnum", "loinccode")}
_NAMES: Final = {"RADLEX": ("longname", "name"), "LOINC": ("longcommonname", "name")}
_MOST_CHARACTERS: Final = 50_000_000
_AT_ONCE: Final = 500


def named(codes: tuple[Code, ...]) -> tuple[Code, ...]:
    """The codes with the names of the site's file where it knows them, else with their own meanings."""
    return tuple(_named(code) for code in codes)


def _named(code: Code) -> Code:
    if code.scheme.strip().upper() not in _SCHEME_NAMES:
        return code
    found = _KNOWN.first(code=code.value.strip().upper())
    return replace(code, meaning=found[0]) if found else code


_KNOWN = Rows(lambda: ProcedureCode.objects.filter(code=Slot("code")).values_list("name"))


def bring_in(scheme: str, text: str, actor: Actor) -> int:
    """Take the codes of a CSV file in, in place of those of the scheme before; exams without a procedure are made anew. Returns how
    many codes there are.

    Errors: `UnusableInput` where the scheme is not known, a column is missing or no line has both.
    """
    if scheme not in SCHEMES:
        raise UnusableInput(f"{scheme[:40]!r} is none of {', '.join(SCHEMES)}.")
    rows = dict(_rows(scheme, text))
    if not rows:
        raise UnusableInput("No line of the file has a code and a name.")
    with transaction.atomic():
        ProcedureCode.objects.filter(scheme=scheme).delete()
        made = (ProcedureCode(code=code, scheme=scheme, name=name) for code, name in rows.items())
        ProcedureCode.objects.bulk_create(made, batch_size=_AT_ONCE, ignore_conflicts=True)
        record_change(actor, "codes imported", f"codes of {scheme}", after={"codes": len(rows)})
    _look_again()
    return len(rows)


def _rows(scheme: str, text: str) -> Iterator[tuple[str, str]]:
    if len(text) > _MOST_CHARACTERS:
        raise UnusableInput("The file is longer than 50 MB: it is no list of codes.")
    try:
        lines = csv.DictReader(io.StringIO(text))
        heads = {_plain(head): head for head in lines.fieldnames or ()}
        code, name = _column(heads, _CODES[scheme]), _column(heads, _NAMES[scheme])
        for line in lines:
            if (line[code] or "").strip() and (line[name] or "").strip():
                yield line[code].strip().upper(), line[name].strip()
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV ({error}).") from None


def _column(heads: dict[str, str], wanted: Iterable[str]) -> str:
    found = next((heads[one] for one in wanted if one in heads), None)
    if found is None:
        raise UnusableInput(f"The file lacks a column {' or '.join(wanted)}; it has {', '.join(heads) or 'none'}.")
    return found


def _plain(head: str) -> str:
    return "".join(letter for letter in head.casefold() if letter.isalnum())


def _look_again() -> None:
    keys = list(Exam.objects.filter(parts__procedure=None).distinct().values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        Exam.objects.filter(pk__in=keys[start : start + _AT_ONCE]).update(outdated=True)
