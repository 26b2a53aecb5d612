"""Tokens by which peers send over HTTP. Only a hash of each is kept."""

from django.db import models


class PeerToken(models.Model):
    """A token of one peer. A revoked one stays, so that its name still says whose objects came by it."""

    name = models.TextField()
    """The peer, shown as the origin of its objects."""
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(revoked_at=None), name="peer_token_in_force_is_one"
            )
        ]
