"""Who is told of flags, and what is on its way to them."""

from django.db import models

from doseloop.store.models.equipment import Site
from doseloop.store.models.flag import Flag


class Subscription(models.Model):
    """Somebody who is told of a site's flags. See `model.notification`."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    name = models.TextField()
    address = models.BinaryField()
    """Mail address or URL of Apprise, sealed with the installation's key of notifications."""
    shown = models.TextField()
    """What pages show of it: the mail address, or the service alone."""
    least = models.TextField()
    """The least severity that is told."""
    how = models.TextField()
    digest_at = models.TimeField()
    wait_h = models.IntegerField()
    quiet_begin = models.TimeField(null=True)
    quiet_end = models.TimeField(null=True)
    with_links = models.BooleanField(default=False)
    """Whether messages have the address of each flag's page, which belongs to a patient."""
    made_at = models.DateTimeField()
    made_by = models.TextField()
    paused_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    """Of its last message."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="subscription_has_its_name")]


class Notification(models.Model):
    """One flag on its way to one subscription: written in the transaction that raises the flag, and never twice."""

    class State(models.TextChoices):
        """`waiting` is tried by itself, the others are not."""

        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        NOT_NEEDED = "not needed"
        """Somebody judged the flag, or it was withdrawn, before it was told."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    flag = models.ForeignKey(Flag, on_delete=models.CASCADE)
    how = models.TextField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    next_at = models.DateTimeField()
    """When it is tried, or was last to be."""
    attempts = models.IntegerField(default=0)
    """How often sending it was begun: more than once where a worker died before it noted that it was sent."""
    claimed_by = models.TextField(default="")
    claimed_until = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    """Of the last attempt that ended."""
    said = models.TextField(default="")
    """Why the last attempt failed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "flag", "how"], name="notification_is_told_once")
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="notification_by_next")]
