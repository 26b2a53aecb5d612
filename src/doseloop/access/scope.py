"""`Scope`: what one person may see. Every repository and facts function takes one, without a default."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scope:
    """The sites whose rows are visible, and whether identity and operators are shown with them.

    Operators are all staff whom exams name, physicians too.
    `sites` are keys of sites; `every_site` is for the worker and for administrators of the installation. A scope of no
    site sees nothing.
    """

    sites: frozenset[int]
    identity: bool
    operators: bool
    every_site: bool = False

    def sees(self, site: int) -> bool:
        """Whether rows of the site are visible."""
        return self.every_site or site in self.sites

    def at(self, site: int) -> "Scope":
        """The same at this site alone; a scope that sees nothing where the site is not visible."""
        return replace(self, sites=frozenset({site} if self.sees(site) else ()), every_site=False)


SYSTEM = Scope(sites=frozenset(), identity=True, operators=True, every_site=True)
"""The worker's own scope: it judges every site and shows nothing to anybody."""

NOTHING = Scope(sites=frozenset(), identity=False, operators=False)
"""The scope of somebody without a role."""
