"""Computed values in the columns of a department's CT exams, as plausible as figures need them; no method made them."""

import random

from doseloop.store.changes import note_change
from doseloop.store.models import Event, Exam, Part

_MSV_PER_MGY_CM = 0.015


def give_computed() -> None:
    """Size, noise and SSDE of every main acquisition, effective dose of every exam."""
    chance = random.Random(11)
    for event in Event.objects.filter(kind="ct", role="main", ctdi_vol_mgy__isnull=False):
        event.water_equivalent_diameter_mm = round(chance.gauss(290, 32), 1)
        event.noise_hu = round(max(3.0, 38 / (event.ctdi_vol_mgy or 1) ** 0.5 * chance.lognormvariate(0, 0.18)), 1)
        event.ssde_mgy = round((event.ctdi_vol_mgy or 0.0) * chance.uniform(1.05, 1.5), 2)
        event.save(update_fields=["water_equivalent_diameter_mm", "noise_hu", "ssde_mgy"])
    for part in Part.objects.filter(modality="CT", dlp_mgy_cm__isnull=False).select_related("exam"):
        part.effective_dose_estimate_msv = round((part.dlp_mgy_cm or 0.0) * _MSV_PER_MGY_CM, 3)
        part.save(update_fields=["effective_dose_estimate_msv"])
        Exam.objects.filter(pk=part.exam_id).update(effective_dose_estimate_msv=part.effective_dose_estimate_msv)
    note_change(Exam.objects.values_list("pk", flat=True))
