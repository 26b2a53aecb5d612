"""Local levels that a site set, frozen, and how each stands."""

from django.db import models

from doseloop.store.models.equipment import Site


class FrozenLevel(models.Model):
    """A local level as it was made. No row ever changes, and none is removed. See `store.local_levels`."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    slot = models.TextField()
    """What it is for (`model.local_level.LocalGroup`) as JSON."""
    statement = models.TextField()
    """`model.local_level.LocalLevel` as JSON, which holds the SHA-256 of the values too."""
    sha256 = models.CharField(max_length=64)
    """Of the statement."""
    packed_values = models.BinaryField()
    """`model.local_level.FrozenValues`, packed."""

    class Meta:
        indexes = [models.Index(fields=["site", "slot"], name="frozen_level_by_slot")]


class FrozenLevelStanding(models.Model):
    """How a local level stands since the latest decision about it; one without a row was taken back."""

    level = models.OneToOneField(FrozenLevel, on_delete=models.PROTECT, related_name="standing")
    state = models.TextField()
    """`in force`, `replaced` or `withdrawn`."""
    since = models.DateField()
    """Day (UTC)."""
    replaced_by = models.ForeignKey(FrozenLevel, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(default="")
    """Why it was withdrawn."""
