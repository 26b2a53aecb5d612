"""Imported measurements in force, as an exam takes them."""

from django.db.models import Q

from doseloop.harmonise.sizes import Measured
from doseloop.store import one_patient
from doseloop.store.models import Exam, Measurement, SizeImport
from doseloop.store.prepared import Rows


def of_exam(exam: int, site: int) -> tuple[Measured, ...]:
    """What imports in force at the site measured of the exam's patient, or in its study."""
    if not _IN_FORCE.first():
        return ()
    row = Exam.objects.only("patient_id", "study_uid").get(pk=exam)
    own = Q(study_uid=row.study_uid) | Q(patient__in=one_patient.parts([row.patient_id]))
    rows = Measurement.objects.filter(own, imported__in_force=True, imported__site=site).order_by("pk")
    return tuple(
        Measured(key, measured_at, height_m, weight_kg, by_choice=row.study_uid in over)
        for key, measured_at, height_m, weight_kg, over in rows.values_list(
            "pk", "measured_at", "height_m", "weight_kg", "imported__over"
        )
    )


_IN_FORCE = Rows(lambda: SizeImport.objects.filter(in_force=True).values_list("pk")[:1])
