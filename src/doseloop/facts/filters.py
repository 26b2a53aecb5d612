"""`ExamFilter`: which exams a list shows. Its state lives in the address of the page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from urllib.parse import urlencode

import ibis
import ibis.expr.types as ir

from doseloop.facts.quality import Defect, could_have, has
from doseloop.facts.quantities import UNKNOWN_AGE
from doseloop.model.errors import UnusableInput

_MAX_TEXT = 200
_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YES_OR_NO = {"yes": True, "no": False}
_EXCLUDED = {"no": False, "yes": True, "any": None}
_TEXTS = ("modality", "procedure", "text", "age_band")
_SEARCHED = ("description", "protocol_name", "requested_procedure", "accession_number")


@dataclass(frozen=True, slots=True)
class ExamFilter:
    """What exams must be; None asks nothing.

    Errors: `UnusableInput`, naming the field, for a text that is empty, too long or holds control characters.
    """

    site: int | None = None
    scanner: int | None = None
    modality: str | None = None
    procedure: str | None = None
    """Key of the procedure of one of the exam's parts."""
    text: str | None = None
    """Stands, in any case, in the description, protocol, requested procedure or accession number. No wildcards."""
    age_band: str | None = None
    """Key of the band; `unknown` finds exams without an age."""
    started_from: date | None = None
    started_until: date | None = None
    """The day itself is not included."""
    flagged: bool | None = None
    """Whether it has an open flag."""
    excluded: bool | None = False
    """False leaves excluded exams (phantom, test) out, True shows them alone, None shows both."""
    without_procedure: bool = False
    """Only exams of which a part has no procedure."""
    defect: Defect | None = None
    """Only exams that have it."""

    def __post_init__(self) -> None:
        for name in _TEXTS:
            value = getattr(self, name)
            if value is not None:
                _check_text(name, value)

    def to_address(self) -> str:
        """The query part of an address, without `?`; empty where nothing is asked."""
        asked: dict[str, object] = {
            "site": self.site,
            "scanner": self.scanner,
            **{name: getattr(self, name) for name in _TEXTS},
            "started_from": self.started_from,
            "started_until": self.started_until,
            "flagged": _word(_YES_OR_NO, self.flagged),
            "excluded": None if self.excluded is False else _word(_EXCLUDED, self.excluded),
            "without_procedure": "yes" if self.without_procedure else None,
            "defect": self.defect,
        }
        return urlencode({name: value for name, value in asked.items() if value is not None})

    @classmethod
    def from_address(cls, given: Mapping[str, str]) -> Self:
        """The filter of an address's query. Other keys are left alone, empty values ask nothing.

        Errors: `UnusableInput`, naming the field, for a value that cannot be read.
        """
        return cls(
            site=_key(given, "site"),
            scanner=_key(given, "scanner"),
            modality=given.get("modality") or None,
            procedure=given.get("procedure") or None,
            text=given.get("text") or None,
            age_band=given.get("age_band") or None,
            started_from=_day(given, "started_from"),
            started_until=_day(given, "started_until"),
            flagged=_choice(given, "flagged", _YES_OR_NO, None),
            excluded=_choice(given, "excluded", _EXCLUDED, False),
            without_procedure=bool(_choice(given, "without_procedure", _YES_OR_NO, False)),
            defect=_defect(given),
        )

    def apply(self, exams: ir.Table) -> ir.Table:
        """The exams that fit. Days are compared with the wall clock of the site."""
        asked = [*self._of_columns(exams), *self._of_days(exams), *self._of_standing(exams)]
        return exams.filter(*asked) if asked else exams

    def _of_columns(self, exams: ir.Table) -> list[ir.BooleanValue]:
        band = "" if self.age_band == UNKNOWN_AGE else self.age_band
        wanted = {"site": self.site, "scanner": self.scanner, "modality": self.modality, "age_band": band}
        found = [exams[name] == value for name, value in wanted.items() if value is not None]
        if self.procedure is not None:
            found.append(exams.procedures.contains(self.procedure))
        if self.text is not None:
            found.append(_holds(exams, self.text))
        return found

    def _of_days(self, exams: ir.Table) -> list[ir.BooleanValue]:
        found = []
        if self.started_from is not None:
            found.append(exams.started_at >= datetime.combine(self.started_from, time.min))
        if self.started_until is not None:
            found.append(exams.started_at < datetime.combine(self.started_until, time.min))
        return found

    def _of_standing(self, exams: ir.Table) -> list[ir.BooleanValue]:
        found = []
        if self.flagged is not None:
            found.append((exams.open_flags > 0) == self.flagged)
        if self.excluded is not None:
            found.append((exams.excluded_as != "") == self.excluded)
        if self.without_procedure:
            found.append(exams.without_procedure)
        if self.defect is not None:
            found += [could_have(exams, self.defect), has(exams, self.defect)]
        return found


def _holds(exams: ir.Table, text: str) -> ir.BooleanValue:
    wanted = ibis.literal(text).lower()
    return ibis.or_(*(exams[name].lower().contains(wanted) for name in _SEARCHED))


def _check_text(name: str, value: str) -> None:
    if not value or len(value) > _MAX_TEXT:
        raise UnusableInput(f"{name}: between 1 and {_MAX_TEXT} characters are expected.")
    if not all(character.isprintable() for character in value):
        raise UnusableInput(f"{name}: holds a character that cannot be printed.")


def _key(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name, "")
    if not value:
        return None
    if not _KEY.fullmatch(value):
        raise UnusableInput(f"{name}: {value[:40]!r} is not a number.")
    return int(value)


def _day(given: Mapping[str, str], name: str) -> date | None:
    value = given.get(name, "")
    if not value:
        return None
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnusableInput(f"{name}: {value[:40]!r} is not a date like 2025-03-31.")


def _choice(given: Mapping[str, str], name: str, words: Mapping[str, bool | None], absent: bool | None) -> bool | None:
    value = given.get(name, "")
    if not value:
        return absent
    if value not in words:
        raise UnusableInput(f"{name}: {value[:40]!r} is none of {', '.join(words)}.")
    return words[value]


def _defect(given: Mapping[str, str]) -> Defect | None:
    value = given.get("defect", "")
    if value and value not in set(Defect):
        raise UnusableInput(f"defect: {value[:40]!r} is none of {', '.join(Defect)}.")
    return Defect(value) if value else None


def _word(words: Mapping[str, bool | None], value: bool | None) -> str | None:
    return next((word for word, meaning in words.items() if meaning is value), None)
