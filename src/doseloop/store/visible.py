"""Rows within a scope: the one place where the sites of a scope become a condition."""

from typing import Final

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.model.errors import NotVisible
from doseloop.store.models import Case, Exam, Flag, Scanner, Site

ABOUT_PEOPLE: Final = frozenset({"operators"})
"""Rules whose flags tell something of one person; named here, since every process loads this and few need the rules."""


def exams(scope: Scope) -> "QuerySet[Exam]":
    """Exams at the scope's sites; without those that count in another (`store.one_patient`)."""
    counting = Exam.objects.filter(part_of=None)
    return counting if scope.every_site else counting.filter(site_id__in=scope.sites)


def rows_of_exam(scope: Scope, exam: int) -> "QuerySet[Exam]":
    """The exam and those that count in it, whose objects and comments are its own; none outside the scope."""
    seen = exams(scope).filter(pk=exam).values("pk")
    return Exam.objects.filter(Q(pk__in=seen) | Q(part_of__in=seen))


def flags(scope: Scope) -> "QuerySet[Flag]":
    """Flags at the scope's sites; those about people only where it shows people."""
    rows = Flag.objects.all() if scope.every_site else Flag.objects.filter(site_id__in=scope.sites)
    return rows if scope.operators else rows.exclude(rule__in=ABOUT_PEOPLE)


def cases(scope: Scope) -> "QuerySet[Case]":
    """Cases at the scope's sites."""
    return Case.objects.all() if scope.every_site else Case.objects.filter(site_id__in=scope.sites)


def scanners(scope: Scope) -> "QuerySet[Scanner]":
    """Scanners at the scope's sites."""
    return Scanner.objects.all() if scope.every_site else Scanner.objects.filter(site_id__in=scope.sites)


def sites(scope: Scope) -> "QuerySet[Site]":
    """The scope's sites."""
    return Site.objects.all() if scope.every_site else Site.objects.filter(pk__in=scope.sites)


def check_site(scope: Scope, site: int) -> None:
    """Errors: `NotVisible` where the site is outside the scope or there is none."""
    if not sites(scope).filter(pk=site).exists():
        raise NotVisible("There is no such site.")


def sees_all(scope: Scope) -> bool:
    """Whether the scope covers every site there is: what belongs to no site is shown only then."""
    return scope.every_site or not Site.objects.exclude(pk__in=scope.sites).exists()
