"""The site whose sets of reference levels one looks at, as it stands in the address."""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store.exam_detail import SiteShown
from doseloop.store.site_list import sites


@dataclass(frozen=True, slots=True)
class LevelView:
    """A site, and the others that one may look at."""

    site: SiteShown
    others: tuple[SiteShown, ...]
    scope: Scope
    """Of the site alone."""
    country: str
    """Of which sets that are not compared with are listed; empty is of every country."""

    @property
    def sites(self) -> tuple[tuple[SiteShown, bool], ...]:
        """Every site by name with whether it is looked at; none where there is but one."""
        every = sorted((self.site, *self.others), key=lambda one: one.name)
        return tuple((one, one == self.site) for one in every) if self.others else ()


def view_of(scope: Scope, given: Mapping[str, str], among: Container[int] | None = None) -> LevelView:
    """The view of an address: the site that it names, else the first by name; `among` are the sites that it may name.

    Errors: `NotVisible`.
    """
    known = [one for one in sites(scope) if among is None or one.id in among]
    named = given.get("site", "")
    site = next((one for one in known if not named or str(one.id) == named), None)
    if site is None:
        raise NotVisible("There is no such site.")
    others = tuple(one for one in known if one != site)
    return LevelView(site, others, scope.at(site.id), given.get("country", ""))
