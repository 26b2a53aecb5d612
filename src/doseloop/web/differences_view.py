"""What one looks at on the page of differences: scanners of one modality, all or one, as the last look at them found it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from doseloop.access.scope import Scope
from doseloop.assess.operator_sample import LEAST_OPERATORS
from doseloop.assess.operators import Difference, Look, quantities_of, standing
from doseloop.model.errors import UnusableInput
from doseloop.store.operator_looks import looks
from doseloop.store.scanner_list import scanner_names
from doseloop.store.site_list import sites
from doseloop.store.staff_list import StaffName, staff_names

ALL = "all scanners"


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody's figure, with the name; `is_told` where a flag stands for it."""

    name: StaffName
    difference: Difference
    is_told: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What can be chosen, and what its last look found."""

    key: str
    """As it stands in the address."""
    site: int
    site_name: str
    scanner: int | None
    scanner_name: str
    look: Look
    told: tuple[Difference, ...]


def groups(scope: Scope) -> tuple[Group, ...]:
    """All that the scope shows, by site, modality and scanner; the scanners of a modality together come first."""
    names = scanner_names(scope)
    return tuple(group for site in sites(scope) for group in _of_site(scope, site.id, site.name, names))


def chosen(given: Mapping[str, str], known: Sequence[Group]) -> Group | None:
    """The group that an address names, else the first; None where there is none. Errors: `UnusableInput`."""
    wanted = given.get("of")
    if not wanted:
        return known[0] if known else None
    found = next((one for one in known if one.key == wanted), None)
    if found is None:
        raise UnusableInput("There are no such scanners to compare operators on; choose from the list.")
    return found


def choices(known: Sequence[Group], now: Group | None) -> list[dict[str, object]]:
    """The links that choose; sites are named where there are several."""
    several = len({one.site for one in known}) > 1
    return [
        {"text": _said(one, several), "address": "?" + urlencode({"of": one.key}), "chosen": one is now}
        for one in known
    ]


def by_quantity(scope: Scope, group: Group, least: int) -> dict[str, tuple[Shown, ...]]:
    """The figures of a group in the order of names, by quantity.

    A name that was merged or found to be no person since the look is left out, and so is who has fewer exams than `least`. With
    fewer than three people left nobody is shown.
    """
    people = {
        one.key: one for one in staff_names(scope) if one.site == group.site and not one.merged and one.is_one_person
    }
    found = {}
    for quantity in quantities_of(group.look.modality):
        of_group = [one for one in group.look.differences if (one.quantity, one.scanner) == (quantity, group.scanner)]
        rows = [
            Shown(people[one.person], one, one in group.told)
            for one in of_group
            if one.person in people and one.exams >= least
        ]
        rows.sort(key=lambda one: (one.name.typed.casefold(), one.name.key))
        found[quantity] = tuple(rows) if len(rows) >= LEAST_OPERATORS else ()
    return found


def _of_site(scope: Scope, site: int, name: str, scanners: Mapping[int, str]) -> Iterator[Group]:
    for modality, of_modality in looks(scope, site).items():
        last, told = of_modality[-1], standing(of_modality)
        yield Group(f"{site}-{modality}", site, name, None, ALL, last, told)
        on = {one.scanner for one in last.differences if one.scanner in scanners}
        for scanner in sorted((one for one in on if one is not None), key=lambda one: scanners[one]):
            yield Group(f"{site}-{modality}-{scanner}", site, name, scanner, scanners[scanner], last, told)


def _said(group: Group, several: bool) -> str:
    where = f"{group.look.modality}, {ALL}" if group.scanner is None else group.scanner_name
    return f"{group.site_name}: {where}" if several else where
