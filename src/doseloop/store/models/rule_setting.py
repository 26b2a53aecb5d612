"""What a site decided about a rule, and rules that were tried over its history."""

from django.db import models

from doseloop.store.models.equipment import Site


class RuleSetting(models.Model):
    """What a site decided about a rule; where there is no row, the rule's defaults hold (`assess.registry`)."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="rule_settings")
    rule = models.TextField()
    is_on = models.BooleanField()
    values = models.JSONField()
    """By name of the setting; what is not named is as by default."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "rule"], name="rule_is_set_once")]


class RuleReplay(models.Model):
    """A rule tried over a site's history. It is made by a person's request, and nothing is flagged by it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    rule = models.TextField()
    values = models.JSONField()
    """As in `RuleSetting`."""
    reason = models.TextField(default="")
    """A reason with which flags are set aside: a setting is sought that would not have raised them. Empty where one was given."""
    state = models.TextField(choices=State.choices, default=State.WAITING)
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    exams = models.IntegerField(default=0)
    """To be looked at; 0 before it began."""
    looked_at = models.IntegerField(default=0)
    said = models.TextField(default="")
    """Why it failed."""
    result = models.JSONField(null=True)
    """What `assess.replayed.Replayed` holds; None before it is done."""

    class Meta:
        indexes = [models.Index(fields=["site", "rule", "-asked_at"], name="replay_by_rule")]
