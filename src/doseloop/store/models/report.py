"""Archived reports, the schedules by which they are made, and who was sent them."""

from django.db import models

from doseloop.store.models.equipment import Site


class ReportSchedule(models.Model):
    """A report that is made again and again. See `model.report_schedule`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    every = models.TextField()
    day = models.IntegerField()
    months = models.IntegerField()
    for_signature = models.BooleanField()
    recipients = models.JSONField()
    """Mail addresses, in the order in which they were given."""
    made_at = models.DateTimeField()
    made_by = models.TextField()
    last_due = models.DateField()
    """The last day on which it was due and was made, or was due before it was set up."""
    stopped_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    """How often the report that is due could not be made."""
    failed_at = models.DateTimeField(null=True)
    said = models.TextField(default="")
    """Why not."""


class ArchivedReport(models.Model):
    """A report as it was made. Nothing of it ever changes but that it is signed, once."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    schedule = models.ForeignKey(ReportSchedule, null=True, on_delete=models.SET_NULL)
    due = models.DateField(null=True)
    """The day on which the schedule asked for it."""
    title = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField()
    version = models.TextField()
    """Of Doseloop."""
    first_day = models.DateField()
    last_day = models.DateField()
    """Of the window, included."""
    for_signature = models.BooleanField()
    data_state = models.BigIntegerField()
    counts = models.JSONField()
    """How many comparisons stand how, by state."""
    content = models.BinaryField()
    """The figures and all that they stand on, as deflated JSON."""
    sha256 = models.CharField(max_length=64)
    """Of the JSON."""
    figures_sha256 = models.CharField(max_length=64)
    """Of what the figures say, without the data state: reports with the same numbers have the same."""
    signed_name = models.TextField(default="")
    signed_function = models.TextField(default="")
    signed_account = models.TextField(default="")
    signed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due"], name="report_is_made_once_when_due")]
        indexes = [models.Index(fields=["site", "-made_at"])]


class ReportMail(models.Model):
    """A report on its way to one address."""

    class State(models.TextChoices):
        """`waiting` is tried again by itself, `failed` is not."""

        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    report = models.ForeignKey(ArchivedReport, on_delete=models.CASCADE)
    recipient = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    at = models.DateTimeField()
    """Of the last attempt, or when it was asked for."""
    next_at = models.DateTimeField(null=True)
    """When it is tried; None while it is being tried, and where it is tried no more."""
    said = models.TextField(default="")
    """Why the last attempt failed."""
