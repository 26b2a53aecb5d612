"""A site's own sets of reference levels, which it compares with, which it confirmed, and what it says of comparisons."""

from django.db import models

from doseloop.store.models.equipment import Scanner, Site
from doseloop.store.models.site_sets import ChosenSets, ConfirmedSet, OwnSet


class OwnLevelSet(OwnSet):
    """A set of reference levels that a site added."""


class ChosenLevelSets(ChosenSets):
    """The sets that a site compares with; a site without a row compares with those in force."""


class ConfirmedLevelSet(ConfirmedSet):
    """A set of reference levels that a site confirmed."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "set_key"], name="level_set_is_confirmed_once")]


class LevelExplanation(models.Model):
    """Why a scanner's group stands to a level as it does. See `store.level_explanations`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE)
    level_id = models.TextField()
    text = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scanner", "level_id"], name="level_is_explained_once")]


class LevelState(models.Model):
    """How a scanner's group stood to a level when it was looked at last. See `store.level_states`."""

    scanner = models.ForeignKey(Scanner, on_delete=models.CASCADE)
    level_id = models.TextField()
    state = models.TextField()
    """As in `assess.reference_levels.State`."""
    median = models.FloatField(null=True)
    n_patients = models.IntegerField()
    since = models.DateTimeField()
    """When the state was first seen (UTC)."""
    before = models.TextField(default="")
    """The state before it; empty for none."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scanner", "level_id"], name="level_state_is_one")]


class LevelReview(models.Model):
    """The latest review of a scanner's medians by a person. See `store.level_reviews`."""

    scanner = models.OneToOneField(Scanner, on_delete=models.CASCADE)
    on = models.DateField()
    by = models.TextField()
    note = models.TextField()
