"""Rows within a scope: the one place where the sites of a scope become a condition."""

from django.db.models import QuerySet

from doseloop.access.scope import Scope
from doseloop.store.models import Exam, Flag, Scanner, Site


def exams(scope: Scope) -> "QuerySet[Exam]":
    """Exams at the scope's sites."""
    return Exam.objects.all() if scope.every_site else Exam.objects.filter(site_id__in=scope.sites)


def flags(scope: Scope) -> "QuerySet[Flag]":
    """Flags at the scope's sites."""
    return Flag.objects.all() if scope.every_site else Flag.objects.filter(site_id__in=scope.sites)


def scanners(scope: Scope) -> "QuerySet[Scanner]":
    """Scanners at the scope's sites."""
    return Scanner.objects.all() if scope.every_site else Scanner.objects.filter(site_id__in=scope.sites)


def sites(scope: Scope) -> "QuerySet[Site]":
    """The scope's sites."""
    return Site.objects.all() if scope.every_site else Site.objects.filter(pk__in=scope.sites)


def sees_all(scope: Scope) -> bool:
    """Whether the scope covers every site there is: what belongs to no site is shown only then."""
    return scope.every_site or not Site.objects.exclude(pk__in=scope.sites).exists()
