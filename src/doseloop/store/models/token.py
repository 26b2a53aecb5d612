"""Tokens by which peers send, and programs read, over HTTP. Only a hash of each is kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class PeerToken(models.Model):
    """A token of one peer, or of a program. A revoked one stays, so that its name still says whose objects came by it."""

    class Purpose(models.TextChoices):
        """What it is for, and nothing else."""

        SEND = "send"
        READ = "read"

    name = models.TextField()
    """The peer, shown as the origin of its objects; or the program, shown beside what it asked."""
    purpose = models.TextField(choices=Purpose.choices, default=Purpose.SEND)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    """Whose rights a program has that reads by it; None for a token that sends."""
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    """From when on it is in force no more; None for never."""
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(revoked_at=None, account=None), name="peer_token_in_force_is_one"
            ),
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(revoked_at=None), name="token_of_account_in_force_is_one"
            ),
            models.CheckConstraint(
                condition=Q(purpose="send", account=None) | Q(purpose="read", account__isnull=False),
                name="token_reads_as_an_account_or_sends",
            ),
        ]
