"""Sets of one sort that a site added, chose and confirmed: reference levels, rule packs. Each sort has tables of its own."""

from django.db import models

from doseloop.store.models.equipment import Site


class OwnSet(models.Model):
    """A set that a site added. It never changes: a correction is a set of another name."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    key = models.TextField(unique=True)
    content = models.JSONField()
    """As a set of the package: `reference/data/` has the schema of its sort."""
    actor = models.TextField()
    at = models.DateTimeField()

    class Meta:
        abstract = True


class ChosenSets(models.Model):
    """The sets that a site goes by, in its order."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE)
    keys = models.JSONField()

    class Meta:
        abstract = True


class ConfirmedSet(models.Model):
    """A set that was not verified and that a site confirmed. See `store.site_confirmation`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    set_key = models.TextField()
    by = models.TextField()
    """Who compared the values with the source, as named by who noted it."""
    on = models.DateField()
    grounds = models.TextField()
    fingerprint = models.CharField(max_length=64)
    """Of the values that were confirmed."""

    class Meta:
        abstract = True
