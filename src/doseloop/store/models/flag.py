"""Flags, and comments."""

from django.conf import settings
from django.db import models

from doseloop.store.models.case import Case
from doseloop.store.models.equipment import Scanner, Site
from doseloop.store.models.exam import Exam
from doseloop.store.models.procedure import Procedure


class Flag(models.Model):
    """Something a rule noticed. Its key is (rule, subject, cause): a new evaluation updates or withdraws it."""

    class State(models.TextChoices):
        OPEN = "open"
        SET_ASIDE = "set aside"
        CASE = "case"
        WITHDRAWN = "withdrawn"

    key = models.TextField(unique=True)
    rule = models.TextField()
    rule_version = models.TextField()
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, null=True, on_delete=models.PROTECT)
    exam = models.ForeignKey(Exam, null=True, on_delete=models.CASCADE, related_name="flags")
    procedure = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT)
    state = models.TextField(choices=State.choices, default=State.OPEN)
    sentence = models.TextField()
    evidence = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    judged_at = models.DateTimeField(null=True)
    verdict = models.TextField(default="")
    """The reason from the list with which a person set it aside."""
    verdict_note = models.TextField(default="")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="flags")
    """The case that follows it, also where it was set aside since."""
    joined_to = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="joined")
    """The flag of the same cause that leads (`assess.one_cause`): this one is listed under it, and counted with it."""

    class Meta:
        indexes = [models.Index(fields=["state", "raised_at"], name="flag_by_state")]


class Comment(models.Model):
    """What somebody wrote about an exam."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    written_at = models.DateTimeField()
    text = models.TextField()
