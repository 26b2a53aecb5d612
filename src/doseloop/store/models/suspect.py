"""Exams that look like phantoms or tests, until a person says."""

from django.conf import settings
from django.db import models

from doseloop.store.models.exam import Exam


class SuspectedTest(models.Model):
    """What makes an exam look like no patient's; it counts as before until a person sets it apart."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        SET_APART = "set apart"
        DECLINED = "declined"

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="suspected_test")
    as_what = models.TextField()
    """`phantom` or `test`."""
    confidence = models.TextField()
    evidence = models.JSONField(default=list)
    """Sentences without identity."""
    state = models.TextField(choices=State.choices, default=State.PROPOSED)
    found_at = models.DateTimeField()
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    judged_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["state", "found_at"], name="suspected_test_by_state")]
