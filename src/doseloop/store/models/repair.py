"""Repairs of values that a scanner writes wrong by a power of ten, and proposals of them."""

from django.conf import settings
from django.db import models

from doseloop.store.models.equipment import Scanner, Site


class ValueRepairRow(models.Model):
    """A rule; whether it is in force is a decision (`store.value_repairs`). It is never changed otherwise, and never deleted."""

    number = models.IntegerField(unique=True)
    """Its id is `R` and this number with four digits."""
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT)
    quantity = models.TextField()
    """Key of `model.quantities`."""
    source = models.TextField()
    """`model.value_repair.Source`."""
    of_total = models.BooleanField(default=False)
    power = models.IntegerField()
    """Values are multiplied by ten to this power."""
    since = models.TextField(default="")
    """First study date, ISO; empty from the first exam on."""
    until = models.TextField(default="")
    """Last study date, ISO; empty where it goes on."""
    reason = models.TextField()
    author = models.TextField()
    made_at = models.DateTimeField()
    in_force = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["scanner"], name="repair_in_force", condition=models.Q(in_force=True))]


class RepairProposal(models.Model):
    """What the evidence of a scanner's exams proposes, and what a person said to it."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    scanner = models.ForeignKey(Scanner, on_delete=models.PROTECT)
    quantity = models.TextField()
    source = models.TextField()
    of_total = models.BooleanField(default=False)
    power = models.IntegerField()
    since = models.TextField()
    until = models.TextField(default="")
    exams = models.IntegerField()
    evidence = models.JSONField()
    """`assess.powers_of_ten.Proposal` as JSON, with the object and place of each example and the software versions."""
    state = models.TextField(choices=State.choices, default=State.PROPOSED)
    found_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    judged_at = models.DateTimeField(null=True)
    judged_exams = models.IntegerField(default=0)
    """Exams of the evidence when it was judged: the same evidence does not come back."""
    reason = models.TextField(default="")
    repair = models.ForeignKey(ValueRepairRow, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scanner", "source", "quantity", "of_total", "power"], name="repair_proposal_is_one"
            )
        ]
