"""What protocols set, as exams show it."""

from django.db import models

from doseloop.store.models.equipment import Scanner
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
