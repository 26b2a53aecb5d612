"""Questions that somebody saved, and answers that somebody said are wrong."""

from django.conf import settings
from django.db import models


class SavedQuestion(models.Model):
    """A plan under a name, for one account. It is answered anew each time, within the account's rights of that moment."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.TextField()
    plan = models.JSONField()
    """In its canonical form."""
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="question_is_saved_once_by_name")]


class AnswerRemark(models.Model):
    """What somebody said is wrong with an answer, for the word lists. See `store.answer_remarks`."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    author = models.TextField()
    written_at = models.DateTimeField()
    sites = models.JSONField()
    """Keys of the sites that the author saw: administrators of all of them see the remark."""
    content = models.BinaryField()
    """Question, plan and remark, encrypted: what people type may name a patient."""
    done_at = models.DateTimeField(null=True)
    done_by = models.TextField(default="")
