"""A site's own sets of reference levels, which it compares with, which it confirmed, and what it says of comparisons."""

from django.db import models

from doseloop.store.models.equipment import Scanner, Site


class OwnLevelSet(models.Model):
    """A set that a site added. It never changes: a correction is a set of another name."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    key = models.TextField(unique=True)
    content = models.JSONField()
    """As a set of the package: `reference/data/levels.schema.json`."""
    actor = models.TextField()
    at = models.DateTimeField()


class ChosenLevelSets(models.Model):
    """The sets that a site compares with, in its order; a site without a row compares with those in force."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE)
    keys = models.JSONField()


class ConfirmedLevelSet(models.Model):
    """A set that was not verified and that a site confirmed. See `store.level_confirmation`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    set_key = models.TextField()
    by = models.TextField()
    """Who compared the values with the source, as named by who noted it."""
    on = models.DateField()
    grounds = models.TextField()
    fingerprint = models.CharField(max_length=64)
    """Of the values that were confirmed."""

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
