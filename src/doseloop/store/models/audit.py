"""What was seen and changed by whom and its seals, refused peers and what was decided about them, and the counter of changes."""

from django.conf import settings
from django.db import models

from doseloop.store.models.equipment import Site


class AuditRow(models.Model):
    """One page that showed a patient, or one change. Knows patients by key only.

    The database refuses to change or remove a row (`store.append_only`), so an account or site that is removed leaves its
    key here. A migration that alters this table on SQLite makes it anew and must call `append_only.protect` again.
    """

    at = models.DateTimeField()
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor = models.TextField()
    """The account's name, or the role that acted (`worker`)."""
    address = models.TextField(default="")
    action = models.TextField()
    """`saw`, `exported`, `excluded`, `commented`, `set aside`, `signed in`, ..."""
    subject = models.TextField()
    """What it was done to: `exam 12`, `flag 3`."""
    patient_key = models.BigIntegerField(null=True)
    identified = models.BooleanField(null=True)
    """Whether the patient's identity could be seen; None where no patient was shown."""
    site = models.ForeignKey(Site, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["patient_key"], name="audit_by_patient"),
        ]


class AuditSeal(models.Model):
    """A seal over the audit rows since the one before it (`store.audit_chain`). Append-only as they are."""

    number = models.BigIntegerField(primary_key=True)
    """From 1 without a gap."""
    at = models.TextField()
    """ISO 8601, UTC; text, so that its bytes are what is sealed."""
    last_row = models.BigIntegerField()
    """Key of the last audit row that is sealed."""
    marks = models.TextField()
    """For each row its key (16 hex digits) and the SHA-256 of its columns (64)."""
    digest = models.TextField()
    """SHA-256 over this seal and the digest of the one before it."""
    mac = models.TextField()
    """HMAC-SHA256 of the digest with the key `audit` of the data folder."""


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
