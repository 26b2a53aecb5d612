"""What was seen and changed by whom, which peers were refused and what was decided about them, and the counter of changes."""

from django.conf import settings
from django.db import models

from doseloop.store.models.equipment import Site


class AuditRow(models.Model):
    """One page that showed a patient, or one change. Knows patients by key only."""

    at = models.DateTimeField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    actor = models.TextField()
    """The account's name, or the role that acted (`worker`)."""
    address = models.TextField(default="")
    action = models.TextField()
    """`saw`, `exported`, `excluded`, `commented`, `set aside`, `signed in`, ..."""
    subject = models.TextField()
    """What it was done to: `exam 12`, `flag 3`."""
    patient_key = models.BigIntegerField(null=True)
    site = models.ForeignKey(Site, null=True, on_delete=models.SET_NULL)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["patient_key"], name="audit_by_patient"),
        ]


class RefusedPeer(models.Model):
    """A DICOM peer that was turned away."""

    ae = models.TextField()
    host = models.TextField()
    reason = models.TextField()
    count = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ae", "host", "reason"], name="refused_peer_is_one")]


class PeerDecision(models.Model):
    """What a person decided about a DICOM peer, beside the peers of the settings."""

    class Verdict(models.TextChoices):
        """Whether it may send."""

        ADMITTED = "admitted"
        IGNORED = "ignored"
        """It may not, and is not shown any more."""

    ae = models.TextField()
    host = models.TextField()
    verdict = models.TextField(choices=Verdict.choices)
    decided_by = models.TextField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ae", "host"], name="peer_decision_is_one")]


class Counter(models.Model):
    """A number that only grows, one row a name; taken last in a transaction, so that its order is the commits' order."""

    name = models.TextField(primary_key=True)
    value = models.BigIntegerField(default=0)
