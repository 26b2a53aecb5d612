"""Axial CT images as they were measured on arrival; their pixels, and most of their headers, are not kept."""

from django.db import models

from doseloop.store.models.exam import Exam


class CtSeriesRow(models.Model):
    """The images that one acquisition has in one series of an exam."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="ct_series")
    """The exam that its objects came to, also where that counts in another."""
    series_uid = models.TextField()
    acquisition = models.TextField(default="")
    """Irradiation Event UID, else Acquisition Number; empty where neither is recorded."""
    header = models.BinaryField()
    """Deflated MessagePack of `model.ct_series.SeriesHeader`."""
    slices = models.BinaryField()
    """One record for each image, ordered by its name (`store.slice_records`)."""
    is_sample = models.BooleanField(default=False)
    """Whether more images came than are kept."""
    waits = models.BooleanField(default=True)
    """Whether images came that the exam's computed values do not know yet."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exam", "series_uid", "acquisition"], name="ct_series_is_one"),
        ]
        indexes = [models.Index(fields=["exam"], name="ct_series_waiting", condition=models.Q(waits=True))]
