"""The person that an account is, as who runs the installation says, so that somebody sees their own figures and nobody else's.

A decision (`store.decisions`): its subject is the key of the account, and what holds at a site is the key of a typed name, so that
log and audit hold no name of staff. Who that name stands for by now (`person_merging`) is looked up each time.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, locks, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import AccountPerson, Decision, Exam, Person, Site
from doseloop.store.person_merging import people


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Who an account is at a site."""

    site: int
    site_name: str
    whom: int
    """Key of whom the name stands for."""


def own_people(scope: Scope, account: int) -> tuple[OwnPerson, ...]:
    """Who the account is at the scope's sites, by their names; nobody where its name is no person any more."""
    rows = AccountPerson.objects.filter(account=account, site__in=visible.sites(scope))
    ordered = rows.select_related("person__whom", "site").order_by("site__name")
    stand_for = ((row, row.person.whom or row.person) for row in ordered)
    return tuple(OwnPerson(row.site_id, row.site.name, whom.pk) for row, whom in stand_for if whom.is_one_person)


def is_anybody(scope: Scope, account: int) -> bool:
    """Whether the account is a person at any of the scope's sites."""
    return AccountPerson.objects.filter(account=account, site__in=visible.sites(scope)).exists()


def say_who(scope: Scope, account: str, site: str, typed: str | None, actor: Actor) -> str:
    """Let an account be the person whom exams of a site name so, or with None nobody. Returns the batch's key.

    Errors: `UnusableInput` where there is no such account, site or name, and where the name is no person or another account.
    """
    of = User.objects.filter(username=account).first()
    at = visible.sites(scope).filter(name=site).first()
    if of is None or at is None:
        raise UnusableInput(f"There is no account {account!r}." if of is None else f"There is no site {site!r}.")
    after = "" if typed is None else str(_person(scope, at, typed).pk)
    return decisions.decide(scope, ACCOUNTS, [Wanted(at.pk, str(of.pk), f"account {of.pk}", after)], actor)


def _person(scope: Scope, site: Site, typed: str) -> Person:
    row = people(scope).filter(site=site, name=typed).first()
    if row is None:
        raise UnusableInput(f"No exam of {site.name} names {typed!r}. Write the name as it was typed there.")
    return row


def _put(wanted: Wanted) -> str:
    locks.hold(f"people of site {wanted.site}")
    held = AccountPerson.objects.select_for_update().filter(account_id=int(wanted.subject), site_id=wanted.site)
    before = held.values_list("person_id", flat=True).first()
    if not wanted.after:
        held.delete()
    else:
        _check(wanted)
        AccountPerson.objects.update_or_create(
            account_id=int(wanted.subject), site_id=wanted.site, defaults={"person_id": int(wanted.after)}
        )
    return str(before or "")


def _check(wanted: Wanted) -> None:
    row = Person.objects.filter(pk=int(wanted.after), site_id=wanted.site).first()
    if row is None or not User.objects.filter(pk=int(wanted.subject)).exists():
        raise UnusableInput("There is no such account or name.")
    if not (row.whom or row).is_one_person:
        raise UnusableInput("This name is no person: several share it.")
    if AccountPerson.objects.filter(person=row).exclude(account_id=int(wanted.subject)).exists():
        raise UnusableInput("Another account is this person already.")


def _no_exams(_: Decision) -> "QuerySet[Exam]":
    return Exam.objects.none()


ACCOUNTS = Kind("account", "said who an account is", _put, _no_exams)
