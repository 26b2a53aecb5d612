"""Accounts' roles, and the scope that follows from them."""

from doseloop.access.rights import Right, Role, scope_for
from doseloop.access.scope import Scope
from doseloop.store.models import RoleAtSite, Site


def scope_of(account: int, right: Right) -> Scope:
    """What the account may see of pages that need `right`."""
    held: dict[int, set[Role]] = {}
    for site, role in RoleAtSite.objects.filter(account_id=account).values_list("site_id", "role"):
        held.setdefault(site, set()).add(Role(role))
    operators_at = frozenset(Site.objects.filter(operators_shown=True).values_list("pk", flat=True))
    return scope_for(right, {site: frozenset(roles) for site, roles in held.items()}, operators_at)


def grant(account: int, site: int, role: Role) -> None:
    """Give the role at the site; giving it twice is giving it once."""
    RoleAtSite.objects.get_or_create(account_id=account, site_id=site, role=role.value)
