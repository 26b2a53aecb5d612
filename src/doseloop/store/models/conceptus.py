"""Reports of the dose to a conceptus: every version that was saved, and who signed it."""

from django.db import models

from doseloop.store.models.exam import Exam


class ConceptusVersion(models.Model):
    """One version as it was saved. Nothing of it ever changes but that it is signed, once; a correction is a new one."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.TextField()
    version = models.TextField()
    """Of Doseloop."""
    content = models.BinaryField()
    """Inputs and result, as deflated JSON, without who the patient is."""
    sha256 = models.CharField(max_length=64)
    """Of the JSON."""
    signed_name = models.TextField(default="")
    signed_function = models.TextField(default="")
    signed_account = models.TextField(default="")
    signed_at = models.DateTimeField(null=True)
