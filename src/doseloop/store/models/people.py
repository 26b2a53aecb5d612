"""Staff as their names were typed, and the roles of accounts."""

from django.conf import settings
from django.db import models

from doseloop.store.models.equipment import Site
from doseloop.store.models.exam import Exam


class Person(models.Model):
    """A name that was typed as an operator or physician at a site. A shared or multiple name is never a person."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    name = models.TextField()
    is_one_person = models.BooleanField(default=True)
    """What holds: what a person said of the name, else what the name itself says (`reference.staff_names`)."""
    judged = models.TextField(default="")
    """What a person said of it: `one person` or `not one person`; empty where nobody did."""
    alias_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="aliases")
    """The name into which a person merged it, which may be merged further."""
    whom = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    """Where the chain of `alias_of` ends; None where it begins and ends here."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="person_is_one")]


class ExamPerson(models.Model):
    """Somebody named by an exam, with what they were in it."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    part = models.TextField()
    """`operator` or `physician`."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "person", "part"], name="exam_person_is_one")]


class RoleAtSite(models.Model):
    """A role that an account holds at a site."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roles_at_sites")
    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    role = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "site", "role"], name="role_is_one")]


class AccountPerson(models.Model):
    """The person that an account is at a site, as was decided (`store.own_person`)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "site"], name="account_person_is_one")]
