"""Merged numbers as the hospital's system tells them (what HL7 v2 calls ADT A40): old issuer and number, new issuer and number."""

from collections.abc import Sequence
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import numbers, visible
from doseloop.store.numbers import Numbered, Numbers
from doseloop.store.patient_merging import Merging

COLUMNS = ("old issuer", "old number", "new issuer", "new number")
NOT_KNOWN, SEVERAL = "a number without an exam at the site", "a number of several patients"
ALREADY = "one patient already"


@dataclass(frozen=True, slots=True)
class Mergings:
    """What a file asks for, and why lines ask for nothing. An old number that never sent a dose needs no merging."""

    wanted: tuple[Merging, ...]
    left_out: tuple[str, ...]


def mergings(scope: Scope, site: int, rows: Sequence[Sequence[str]], known: Numbers, *, pseudonymous: bool) -> Mergings:
    """The mergings that the rows of a file name, header first; of a chain of numbers every step.

    Errors: `NotVisible` for a site outside the scope; `UnusableInput` where a column is missing.
    """
    if site not in set(visible.sites(scope).values_list("pk", flat=True)):
        raise NotVisible("There is no such site.")
    pairs = list(_pairs(rows))
    found = numbers.patients({one for pair in pairs for one in pair}, known, site, pseudonymous=pseudonymous)
    wanted: dict[int, Merging] = {}
    left_out: list[str] = []
    for old, new in pairs:
        sides = [numbers.as_one(found.get(one, set())) for one in (old, new)]
        why = _why_not(*sides)
        if why:
            left_out.append(why)
            continue
        (one,), (into,) = sides
        wanted[one] = Merging(one, into)
    return Mergings(tuple(wanted.values()), tuple(left_out))


def _why_not(old: set[int], new: set[int]) -> str:
    if not old or not new:
        return NOT_KNOWN
    if len(old) > 1 or len(new) > 1:
        return SEVERAL
    return ALREADY if old == new else ""


def _pairs(rows: Sequence[Sequence[str]]) -> list[tuple[Numbered, Numbered]]:
    header = [" ".join(name.casefold().replace("_", " ").split()) for name in (rows[0] if rows else ())]
    missing = [one for one in COLUMNS if one not in header]
    if missing:
        raise UnusableInput(f"The file lacks the column {', '.join(missing)}.")
    places = [header.index(one) for one in COLUMNS]
    cells = [[row[place].strip().removeprefix("'") if place < len(row) else "" for place in places] for row in rows[1:]]
    return [((number, issuer), (into, new_issuer)) for issuer, number, new_issuer, into in cells if number and into]
