"""Objects: the inbox and what became of each. One row for one sequence of bytes."""

from django.db import models


class DoseObjectRow(models.Model):
    """An object that was taken in, in exactly one state."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READ = "read"
        PARTLY_READ = "partly read"
        NOT_DOSE = "not dose"
        QUARANTINED = "quarantined"

    class Standing(models.TextChoices):
        CURRENT = "current"
        RESEND = "resend"
        """The same SOP Instance UID with the same dose content."""
        DEMOGRAPHIC = "demographic update"
        REVISION = "revision"
        SLICE = "further slice"
        """Another image of a series of which one image tells all: counted, neither its record nor its bytes kept."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")
    hint = models.TextField(default="")
    way_in = models.TextField()
    """`dimse`, `ingest`, ..."""
    peer_ae = models.TextField(default="")
    peer_host = models.TextField(default="")
    received_at = models.DateTimeField()
    receipts = models.IntegerField(default=1)
    """How often these very bytes arrived."""
    last_received_at = models.DateTimeField()
    claimed_by = models.TextField(default="")
    claimed_until = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    reader_version = models.TextField(default="")

    kind = models.TextField(default="")
    sop_class_uid = models.TextField(default="")
    sop_instance_uid = models.TextField(default="")
    study_uid = models.TextField(default="")
    series_uid = models.TextField(default="")
    standing = models.TextField(choices=Standing.choices, default=Standing.CURRENT)
    record = models.BinaryField(null=True)
    """Deflated MessagePack of `model.dose_object.DoseObject`: no identity."""
    dose_digest = models.CharField(max_length=64, default="")
    """SHA-256 of the dose content (events and totals) of `record`."""
    identity = models.ForeignKey("store.Identity", null=True, on_delete=models.SET_NULL)
    exam = models.ForeignKey("store.Exam", null=True, on_delete=models.SET_NULL, related_name="dose_objects")

    class Meta:
        indexes = [
            models.Index(fields=["state", "id"], name="object_by_state"),
            models.Index(fields=["sop_instance_uid"], name="object_by_sop"),
            models.Index(fields=["study_uid"], name="object_by_study"),
            models.Index(fields=["received_at"], name="object_by_arrival"),
            models.Index(fields=["series_uid"], name="object_by_series"),
        ]
