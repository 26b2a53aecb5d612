"""A local level at a site over one exam of it, in force without a decision and its row of the audit."""

from datetime import date, timedelta

from django.utils import timezone

from doseloop.model.local_level import IN_MEDIAN, FrozenRoom, FrozenValues, LocalGroup
from doseloop.model.patient_group import PatientGroup
from doseloop.store.local_levels import NewLevel, freeze
from doseloop.store.models import Exam, FrozenLevel, FrozenLevelStanding, Site

HEAD = LocalGroup("ct-head", "dlp_mgy_cm", PatientGroup("adult"), "examination", 16)


def local_level_at(site: int, exam: int) -> int:
    """Key of the site's local level; made at the first call."""
    known = FrozenLevel.objects.filter(site=site).values_list("pk", flat=True).first()
    if known is not None:
        return known
    made = freeze(Site.objects.get(pk=site), new_level(exam), None)
    FrozenLevelStanding.objects.create(level=made, state="in force", since=timezone.now().date())
    return made.pk


def new_level(exam: int) -> NewLevel:
    """A typical value of one room with one exam."""
    scanner = Exam.objects.get(pk=exam).scanner
    return NewLevel(
        name="Head of old", author="somebody", note="", review_on=timezone.now().date() + timedelta(days=200), of=HEAD,
        statistic="p50", value=700.0, first_day=date(2025, 1, 1), last_day=date(2025, 12, 31), least=20, least_rooms=10,
        rooms=(FrozenRoom(scanner.pk, scanner.name, 1, 1, 700.0, None, "all sizes: 1 without weight"),),
        sentences=("700 mGy·cm is the median of the values of one room.",), method="1", data_state=1,
        values=FrozenValues((exam,), (scanner.pk,), (date(2025, 3, 1),), (700.0,), (None,), (IN_MEDIAN,), (True,)),
    )  # fmt: skip
