"""Other exams of an exam's patient at its site within some days.

Whom an exam counts for is what somebody decided: patients who only may be the same stay apart.
"""

from datetime import datetime, timedelta

from doseloop.access.scope import Scope
from doseloop.assess.patient_window import EarlierPart
from doseloop.store.models import Exam, Part

_QUANTITIES = ("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s")
_MOST = 500


def parts_before(scope: Scope, exam: int, days: int) -> list[EarlierPart]:
    """Parts of exams that started within so many days before it, or with it and came before; none where it has no start, or the
    scope does not see it. Those that are set apart, or known from image headers alone, are left out."""
    known = Exam.objects.filter(pk=exam, part_of=None).values_list("site_id", "patient_id", "started_at").first()
    start = _moment(known[2]) if known else None
    if known is None or start is None or not scope.sees(known[0]):
        return []
    site, patient, started_at = known
    rows = Part.objects.filter(
        exam__in=Exam.objects.filter(patient=patient, site=site, part_of=None, excluded_as="").values("pk"),
        eligible=True, started_at__gte=(start - timedelta(days=days)).isoformat(), started_at__lte=started_at,
    ).exclude(exam=exam)  # fmt: skip
    found = []
    for key, modality, began, *values in rows.values_list("exam_id", "modality", "started_at", *_QUANTITIES)[:_MOST]:
        moment = _moment(began)
        if moment is None or (moment == start and key > exam):
            continue
        doses = {name: value for name, value in zip(_QUANTITIES, values, strict=True) if value is not None}
        found.append(EarlierPart(key, modality, (start - moment) / timedelta(days=1), doses))
    return found


def site_of(exam: int) -> int:
    """The exam's site."""
    return Exam.objects.values_list("site_id", flat=True).get(pk=exam)


def later_exams(scope: Scope, exam: int, days: int) -> list[int]:
    """Exams of the patient at its site that started within so many days after it, the first of them first: they count it."""
    known = Exam.objects.filter(pk=exam).values_list("site_id", "patient_id", "started_at").first()
    start = _moment(known[2]) if known else None
    if known is None or start is None or not scope.sees(known[0]):
        return []
    until = (start + timedelta(days=days)).isoformat()
    rows = Exam.objects.filter(
        patient=known[1], site=known[0], part_of=None, started_at__gte=known[2], started_at__lte=until
    )
    return list(rows.exclude(pk=exam).order_by("started_at", "pk").values_list("pk", flat=True)[:_MOST])


def _moment(local: str) -> datetime | None:
    try:
        return datetime.fromisoformat(local).replace(tzinfo=None)
    except ValueError:
        return None
