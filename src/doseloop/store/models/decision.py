"""What people decided about the record, kept for ever."""

from django.db import models

from doseloop.store.models.equipment import Site


class Decision(models.Model):
    """What a person decided about one subject; those that were made together are one batch. See `store.decisions`."""

    batch = models.CharField(max_length=32)
    kind = models.TextField()
    """What is decided: `name`, ..."""
    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    subject = models.TextField()
    """What it is about, as its kind knows it."""
    written = models.TextField()
    """The subject as the person saw it."""
    before = models.TextField(default="")
    after = models.TextField(default="")
    """What holds since then, as its kind knows it; empty where nothing does."""
    actor = models.TextField()
    at = models.DateTimeField()
    undoes = models.BooleanField(default=False)
    """Whether it took a batch back."""
    undone = models.BooleanField(default=False)
    followed = models.BooleanField(default=False)
    """Whether the exams that it moves are marked."""

    class Meta:
        indexes = [
            models.Index(fields=["batch"], name="decision_by_batch"),
            models.Index(fields=["kind", "site", "subject"], name="decision_by_subject"),
            models.Index(fields=["followed"], name="decision_to_follow", condition=models.Q(followed=False)),
        ]
