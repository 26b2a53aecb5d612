"""Every set of reference levels as a site sees it."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.reference_level import LevelSet
from doseloop.store.level_choice import chosen, has_chosen
from doseloop.store.level_confirmation import confirmations, is_confirmed
from doseloop.store.level_sets import sets_at
from doseloop.store.site_confirmation import Confirmation


@dataclass(frozen=True, slots=True)
class LevelSetRow:
    """A set, its place among those that the site compares with, and its confirmation."""

    key: str
    country: str
    authority: str
    year: int
    title: str
    url: str
    status: str
    verification: str
    rows: int
    place: int | None
    """From 1; None where the site does not compare with it."""
    is_chosen: bool
    """False where it is compared with because the site has not chosen."""
    confirmed_by: str | None
    confirmed_on: str | None
    grounds: str | None
    usable_when_signed: bool
    """Whether a signed report may use it."""

    @property
    def sentence(self) -> str:
        """One line for people."""
        compared = (
            "" if self.place is None else f", compared with ({self.place}{'' if self.is_chosen else ', in force'})"
        )
        confirmed = f", confirmed by {self.confirmed_by} on {self.confirmed_on}" if self.confirmed_by else ""
        lapsed = (
            ", values changed since: confirm them again" if self.confirmed_by and not self.usable_when_signed else ""
        )
        return (
            f"{self.key}: {self.authority} ({self.country}) {self.year}, {self.status}, {self.verification}, "
            f"{self.rows} rows{compared}{confirmed}{lapsed}"
        )


def level_set_rows(scope: Scope, site: int) -> tuple[LevelSetRow, ...]:
    """Every set that a site may compare with: those that it does in their order, then the others. Errors: `NotVisible`."""
    compared = chosen(scope, site)
    places = {one.id: place for place, one in enumerate(compared, 1)}
    confirmed, by_choice = confirmations(scope, site), has_chosen(scope, site)
    others = (one for one in sets_at(scope, site) if one.id not in places)
    return tuple(_row(one, places.get(one.id), by_choice, confirmed.get(one.id)) for one in (*compared, *others))


def _row(one: LevelSet, place: int | None, by_choice: bool, held: Confirmation | None) -> LevelSetRow:
    return LevelSetRow(
        key=one.id, country=one.country, authority=one.authority, year=one.year, title=one.title, url=one.url,
        status=one.status, verification=one.verification, rows=len(one.levels), place=place,
        is_chosen=place is not None and by_choice, confirmed_by=held.by if held else None,
        confirmed_on=held.on.isoformat() if held else None, grounds=held.grounds if held else None,
        usable_when_signed=one.is_verified or is_confirmed(one, held),
    )  # fmt: skip
