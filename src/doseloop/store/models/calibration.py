"""Factors by which what a tube displays is corrected."""

from django.db import models

from doseloop.store.models.equipment import Scanner, Site


class TubeCalibration(models.Model):
    """A factor as a person measured it; whether it is in force is a decision (`store.calibrations`). It is never changed
    otherwise, and never deleted."""

    number = models.IntegerField(unique=True)
    """Its id is `K` and this number with four digits."""
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT)
    quantity = models.TextField()
    """`model.calibration.CalibratedQuantity`."""
    plane = models.TextField()
    """`model.calibration.TubePlane`."""
    factor = models.FloatField()
    """Measured over displayed."""
    since = models.TextField()
    """First study date, ISO."""
    until = models.TextField(default="")
    """Last study date, ISO; empty where it holds until a newer one begins."""
    uncertainty_percent = models.FloatField(null=True)
    """Expanded (k = 2); None where nobody stated it."""
    measured_by = models.TextField()
    reference = models.TextField()
    author = models.TextField()
    """Who entered it."""
    made_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["scanner"], name="calibration_in_force", condition=models.Q(in_force=True))]
