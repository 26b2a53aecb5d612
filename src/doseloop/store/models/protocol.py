"""What protocols set, as exams show it."""

from django.db import models

from doseloop.store.models.equipment import Scanner, Site
from doseloop.store.models.exam import Exam


class ProtocolUseRow(models.Model):
    """One exam's use of one protocol: derived from its events, made anew with it by the worker's clock (`store.protocol_uses`)."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, db_index=False, related_name="protocol_uses")
    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE, db_index=False)
    protocol = models.TextField()
    """Protocol of the exam and of its acquisitions, as written."""
    name = models.TextField()
    """The same after `reference.names.normalised`."""
    kind = models.TextField()
    """`ct` or `projection`."""
    started_at = models.TextField()
    settings = models.JSONField()
    """Value by key of `assess.protocol_fingerprint.SETTINGS`."""
    dose = models.FloatField(null=True)
    """CT: the highest CTDIvol, mGy. Projection: the sum of KAP, Gy·cm²."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "protocol"], name="protocol_use_is_one")]
        indexes = [
            models.Index(fields=["scanner", "started_at"], name="protocol_use_by_scanner"),
            models.Index(fields=["name", "scanner", "started_at"], name="protocol_use_by_name"),
        ]


class NewUsualRow(models.Model):
    """A day from which on a physicist took the dose of a scanner for usual; whether it is in force is a decision
    (`store.new_usuals`). It is never changed otherwise, and never deleted."""

    number = models.IntegerField(unique=True)
    """Its id is `U` and this number with four digits."""
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT)
    series = models.TextField(default="")
    """The series as `store.drift_series` calls it; empty for all of the scanner."""
    since = models.TextField()
    """First study date of the new usual, ISO."""
    reason = models.TextField()
    flag = models.ForeignKey("Flag", null=True, on_delete=models.SET_NULL, related_name="+")
    """The flag that it answered, set aside with it; None where there was none."""
    author = models.TextField()
    made_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["scanner"], name="new_usual_in_force", condition=models.Q(in_force=True))]
