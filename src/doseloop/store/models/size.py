"""Heights and weights that came from elsewhere than the objects."""

from django.db import models

from doseloop.store.models.equipment import Site
from doseloop.store.models.patient import Patient


class SizeImport(models.Model):
    """A file of sizes: a draft until somebody accepts it. See `store.size_import`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    at = models.DateTimeField()
    actor = models.TextField()
    in_force = models.BooleanField(default=False)
    found = models.JSONField(default=dict)
    """What became of its lines, as counts: no word of the file."""
    over = models.JSONField(default=list)
    """UIDs of the studies in which a person lets the file hold against the object."""


class Measurement(models.Model):
    """Height or weight of a patient at a time, or in one study."""

    imported = models.ForeignKey(SizeImport, on_delete=models.CASCADE, related_name="measurements")
    line = models.IntegerField()
    patient = models.ForeignKey(Patient, null=True, on_delete=models.CASCADE)
    study_uid = models.TextField(default="")
    measured_at = models.TextField(default="")
    """Wall clock as in the file, ISO; empty only where a study is named."""
    height_m = models.FloatField(null=True)
    weight_kg = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["study_uid"], name="measurement_by_study")]
