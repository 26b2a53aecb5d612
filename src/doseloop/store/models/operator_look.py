"""What was found when the operators of a site were compared."""

from django.db import models

from doseloop.store.models.equipment import Site


class OperatorLook(models.Model):
    """One look at the operators of a site's scanners of one modality (`store.operator_looks`). Operators stand in it by key."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    modality = models.TextField()
    last = models.DateField()
    """Last day of its window, by the site's clock."""
    made_at = models.DateTimeField()
    version = models.TextField()
    """Of the rule."""
    content = models.BinaryField()
    """`assess.operators.Look`, packed."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "modality", "last"], name="operator_look_is_one")]
