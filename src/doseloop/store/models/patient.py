"""Patients by key, and the one table that knows who they are."""

from django.db import models


class Patient(models.Model):
    """A patient, known by this key everywhere outside the identity table."""

    part_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    """The patient that this one is part of, since somebody decided that their numbers are one person's. Asked for when an exam
    is made (`store.one_patient`)."""


class Identity(models.Model):
    """Who a patient is: the only table with a number, name or birth date."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identities")
    issuer = models.TextField(default="")
    number = models.TextField(default="")
    name = models.TextField(default="")
    birth_date = models.DateField(null=True)
    joins = models.BooleanField()
    """Whether the number joins studies: empty and dummy numbers never do."""
    current = models.BooleanField(default=True)
    """False once a later object named the patient otherwise; the row stays as history."""
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["issuer", "number"], name="identity_by_number"),
            models.Index(fields=["name"], name="identity_by_name"),
        ]


class RecordMode(models.Model):
    """Whether the record holds identity or pseudonyms: one row, written before the first patient."""

    pseudonymous = models.BooleanField()
    since = models.DateTimeField()


class RecordHome(models.Model):
    """The data folder whose objects and keys belong to the record: one row."""

    folder = models.TextField()
    """SHA-256 of the folder's key `installation`."""
