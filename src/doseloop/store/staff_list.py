"""Typed names of staff as pages list them."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store.models import Person
from doseloop.store.person_merging import people


@dataclass(frozen=True, slots=True)
class StaffName:
    """A typed name of a site, and whom it stands for."""

    key: int
    site: int
    site_name: str
    typed: str
    is_one_person: bool
    judged: str
    """What a person said of it (`store.person_merging`); empty where nobody did."""
    alias_of: int | None
    whom: int
    """Its own key where it is merged into no other."""

    @property
    def merged(self) -> bool:
        """Whether it stands for another name."""
        return self.alias_of is not None


def staff_names(scope: Scope) -> tuple[StaffName, ...]:
    """The typed names of the scope's sites in the order of the alphabet; none where the scope shows no people."""
    rows = people(scope).select_related("site")
    return tuple(sorted(map(_named, rows), key=lambda one: (one.typed.casefold(), one.key)))


def staff_name(scope: Scope, key: int) -> StaffName:
    """One of them. Errors: `NotVisible`."""
    row = people(scope).select_related("site").filter(pk=key).first()
    if row is None:
        raise NotVisible("There is no such name.")
    return _named(row)


def _named(row: Person) -> StaffName:
    whom = row.whom_id or row.pk
    return StaffName(row.pk, row.site_id, row.site.name, row.name, row.is_one_person, row.judged, row.alias_of_id, whom)
