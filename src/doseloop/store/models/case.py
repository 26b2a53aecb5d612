"""Cases: what people follow, every step of it, what they changed, and files that belong to it."""

from django.conf import settings
from django.db import models

from doseloop.model.case import CaseState, Cause, Classification
from doseloop.store.models.equipment import Scanner, Site
from doseloop.store.models.exam import Exam
from doseloop.store.models.procedure import Procedure


class Case(models.Model):
    """Flags of one cause that someone follows, at one site. A case is never deleted."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    title = models.TextField()
    state = models.TextField(default=CaseState.OPEN)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    due = models.DateField(null=True)
    cause = models.TextField(default=Cause.NOT_KNOWN)
    cause_note = models.TextField(default="")
    classification = models.TextField(default=Classification.NONE)
    rule_pack = models.TextField(default="")
    """Key of the pack under which it is notifiable."""
    report_by = models.DateField(null=True)
    """The last day on which it may be reported, as a person entered it."""
    reported_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    effect = models.TextField(default="")
    """Verdict on its actions together (`model.effect_look`); empty before one is told."""

    class Meta:
        indexes = [models.Index(fields=["site", "state", "due"], name="case_by_state")]


class CaseExam(models.Model):
    """An exam that a person linked to a case, beside those of its flags."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="linked")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "exam"], name="exam_is_linked_once")]


class CaseStep(models.Model):
    """One entry of a case's timeline. It is added and never changed; its row in the audit says the same."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    actor = models.TextField()
    kind = models.TextField()
    """One of `model.case.StepKind`."""
    text = models.TextField(default="")
    """What a person wrote, or what was changed to what."""


class CaseFile(models.Model):
    """A file that belongs to a case. Nothing of it ever changes."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    name = models.TextField()
    size = models.IntegerField()
    added_at = models.DateTimeField()
    added_by = models.TextField()
    content = models.BinaryField()
    """Deflated."""
    sha256 = models.CharField(max_length=64)
    """Of the file as it was given."""


class CaseAction(models.Model):
    """Something that was changed because of a case (`model.action`). Nothing of it changes but that it is undone, once."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions")
    kind = models.TextField()
    text = models.TextField()
    scanners = models.ManyToManyField(Scanner)
    procedure = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT)
    protocol = models.TextField(default="")
    quantity = models.TextField()
    at = models.TextField()
    """Wall clock of the site, ISO without a zone."""
    by = models.TextField()
    expected_percent = models.FloatField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    undone_at = models.TextField(default="")
    """Wall clock of the site; empty where it stands."""
    undone_why = models.TextField(default="")
    undone_by = models.TextField(default="")


class EffectLookRow(models.Model):
    """One look at an action's effect on one scanner (`model.effect_look`). The database refuses to change or remove it."""

    action = models.ForeignKey(CaseAction, on_delete=models.PROTECT, related_name="looks")
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.TextField()
    expected = models.FloatField()
    before = models.IntegerField()
    after = models.IntegerField()
    change = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    more_exams = models.IntegerField(null=True)
    controls = models.JSONField(default=list)
    slope = models.FloatField(null=True)
    not_seen = models.JSONField(default=list)
    version = models.TextField()
