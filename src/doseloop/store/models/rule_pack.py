"""A site's own rule packs, which packs it goes by, and which it confirmed."""

from django.db import models

from doseloop.store.models.site_sets import ChosenSets, ConfirmedSet, OwnSet


class OwnRulePack(OwnSet):
    """A rule pack that a site added."""


class ChosenRulePacks(ChosenSets):
    """The packs that a site goes by; a site without a row goes by none."""


class ConfirmedRulePack(ConfirmedSet):
    """A rule pack that a site confirmed."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "set_key"], name="rule_pack_is_confirmed_once")]
