"""Accounts' roles, and the scope that follows from them."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from doseloop.access.rights import Right, Role, scope_for
from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.store import locks
from doseloop.store.audit import COMMAND, record_change
from doseloop.store.models import RoleAtSite, Site


def scope_of(account: int, right: Right) -> Scope:
    """What the account may see of pages that need `right`."""
    return scopes_of(account)[right]


def scopes_of(account: int) -> dict[Right, Scope]:
    """What the account may see by right."""
    held: dict[int, set[Role]] = {}
    for site, role in RoleAtSite.objects.filter(account_id=account).values_list("site_id", "role"):
        held.setdefault(site, set()).add(Role(role))
    roles = {site: frozenset(found) for site, found in held.items()}
    operators_at = frozenset(Site.objects.filter(operators_shown=True).values_list("pk", flat=True))
    return {right: scope_for(right, roles, operators_at) for right in Right}


def is_active(account: int) -> bool:
    """Whether an account may still be used."""
    return User.objects.filter(pk=account, is_active=True).exists()


def account_named(name: str) -> int:
    """Key of an active account. Errors: `UnusableInput` where there is none."""
    account = User.objects.filter(username=name, is_active=True).first()
    if account is None:
        raise UnusableInput(f"There is no account {name!r}; `doseloop account add` makes one.")
    return account.pk


def key_of(name: str) -> int:
    """Key of an account, closed or not. Errors: `UnusableInput` where there is none."""
    account = User.objects.filter(username=name).first()
    if account is None:
        raise UnusableInput(f"There is no account {name!r}.")
    return account.pk


def grant(account: int, site: int, role: Role) -> None:
    """Give the role at the site; giving it twice is giving it once."""
    RoleAtSite.objects.get_or_create(account_id=account, site_id=site, role=role.value)


def add_account(name: str, password: str, role: Role, site: str | None) -> tuple[str, ...]:
    """Make an account that holds the role at the site, or at every site. Returns the sites' names.

    Errors: `UnusableInput` where the name is taken, the password too weak, or there is no such site.
    """
    sites = _sites(site)
    if not name.strip():
        raise UnusableInput("An account needs a name.")
    with transaction.atomic():
        locks.hold(f"account {name}")
        account = User(username=name)
        try:
            account.validate_unique()
            validate_password(password, account)
        except ValidationError as error:
            raise UnusableInput(" ".join(error.messages)) from None
        account.set_password(password)
        account.save()
        for one in sites:
            grant(account.pk, one.pk, role)
            record_change(COMMAND, "made account", f"account {account.pk}", site=one.pk, after={"role": role.value})
    return tuple(one.name for one in sites)


def grant_to(name: str, role: Role, site: str | None) -> tuple[str, ...]:
    """Give an account the role at the site, or at every site there is now. Returns the sites' names.

    Errors: `UnusableInput` where there is no such account or site.
    """
    account = User.objects.filter(username=name).first()
    if account is None:
        raise UnusableInput(f"There is no account {name!r}.")
    sites = _sites(site)
    with transaction.atomic():
        for one in sites:
            before = _roles_at(account.pk, one.pk)
            grant(account.pk, one.pk, role)
            record_change(
                COMMAND, "granted", f"account {account.pk}", site=one.pk, before={"roles": before},
                after={"roles": _roles_at(account.pk, one.pk)},
            )  # fmt: skip
    return tuple(one.name for one in sites)


def _roles_at(account: int, site: int) -> list[str]:
    return sorted(RoleAtSite.objects.filter(account_id=account, site_id=site).values_list("role", flat=True))


def _sites(name: str | None) -> list[Site]:
    found = list(Site.objects.filter(name=name) if name else Site.objects.all())
    if not found:
        raise UnusableInput(f"There is no site {name!r}; `doseloop site` makes one.")
    return found


def demo_account(name: str, password: str, sites: Iterable[str], zone: str = "UTC") -> None:
    """Make the demo's account, or give it the password, as administrator of the demo's sites."""
    with transaction.atomic():
        account, _ = User.objects.get_or_create(username=name)
        account.set_password(password)
        account.save()
        for site in sites:
            one, _ = Site.objects.get_or_create(name=site, defaults={"zone": zone})
            grant(account.pk, one.pk, Role.ADMINISTRATOR)
            role = {"role": Role.ADMINISTRATOR.value}
            record_change(COMMAND, "made account", f"account {account.pk}", site=one.pk, after=role)
