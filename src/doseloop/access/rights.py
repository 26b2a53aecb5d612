"""Roles and their rights. A role is held per site; a right is what a route declares."""

from collections.abc import Iterable
from enum import StrEnum

from doseloop.access.scope import Scope


class Right(StrEnum):
    """What a route or a command needs."""

    PUBLIC = "public"
    """No log-in: the log-in page itself, the health check."""
    SIGNED_IN = "signed in"
    """Any account: the person's own settings, log-out."""
    SEE = "see doses"
    """Exams, procedures, flags and figures of the sites that the role is held at."""
    SEE_IDENTITY = "see identity"
    """Names, numbers and birth dates of patients."""
    JUDGE = "judge flags"
    """Set a flag aside, follow it, comment, exclude an exam as phantom or test."""
    EXPORT = "export"
    """Tables as files."""
    NAME = "map names"
    """What names mean: procedures of names on scanners, scanners of names in objects; what happened to a scanner;
    which of its values are repaired, by which factors they are corrected, and from when on its dose is the new usual."""
    PEOPLE = "see people"
    """Operators and physicians: who they are, what each did and with what dose; held only where the site has switched it on."""
    REPORT = "make reports"
    """Compliance reports: make them, sign them, have them made by a schedule and sent by mail."""
    CONCEPTUS = "estimate conceptus doses"
    """Reports of the dose to the conceptus of one patient: work them out, save, sign and read them. For physicists."""
    MERGE = "merge patients"
    """Which numbers are one patient, and sizes from a file. For those who see identity and account for the figures."""
    LEVELS = "choose levels"
    """Which sets of reference levels a site compares with and by which rule packs it goes, its own, and which it confirmed."""
    AUDIT = "see the audit"
    """Who saw which patient and who changed what."""
    SET_UP = "set up"
    """Sites, scanners, names, roles."""


class Role(StrEnum):
    """What a person is at a site."""

    VIEWER = "viewer"
    RADIOGRAPHER = "radiographer"
    PHYSICIST = "physicist"
    ADMINISTRATOR = "administrator"


_SEE = frozenset({Right.PUBLIC, Right.SIGNED_IN, Right.SEE})
_PHYSICIST = _SEE | {
    *(Right.SEE_IDENTITY, Right.JUDGE, Right.EXPORT),
    *(Right.NAME, Right.PEOPLE, Right.MERGE, Right.LEVELS, Right.REPORT, Right.CONCEPTUS),
}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: _SEE,
    Role.RADIOGRAPHER: _SEE | {Right.SEE_IDENTITY, Right.JUDGE},
    Role.PHYSICIST: _PHYSICIST,
    Role.ADMINISTRATOR: _PHYSICIST | {Right.AUDIT, Right.SET_UP},
}


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Rights of somebody who is signed in and holds these roles at one site."""
    granted = {Right.PUBLIC, Right.SIGNED_IN}
    for role in roles:
        granted |= RIGHTS[role]
    return frozenset(granted)


def scope_for(right: Right, roles: dict[int, frozenset[Role]], operators_at: frozenset[int]) -> Scope:
    """The sites at which `right` is held, by the roles held at each site. `operators_at` are those that show their people.

    Identity is shown only where it may be seen at every one of those sites, and operators only where `Right.PEOPLE` is held at
    every one of them and all have switched it on: a page that mixes sites must not show at one what another withholds.
    """
    sites = _held_at(right, roles) & operators_at if right is Right.PEOPLE else _held_at(right, roles)
    identity = bool(sites) and sites <= _held_at(Right.SEE_IDENTITY, roles)
    people = bool(sites) and sites <= _held_at(Right.PEOPLE, roles) & operators_at
    return Scope(sites=sites, identity=identity, operators=people)


def _held_at(right: Right, roles: dict[int, frozenset[Role]]) -> frozenset[int]:
    return frozenset(site for site, held in roles.items() if right in rights_of(held))
