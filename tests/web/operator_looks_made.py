"""Looks at the operators of the made department: five people, one of whom is told on all scanners and another on one."""

from datetime import date, timedelta

from django.utils import timezone

from doseloop.assess.operator_model import RANGE
from doseloop.assess.operator_sample import LeftOut
from doseloop.assess.operators import Difference, Look, last_sunday, window_of
from doseloop.store import operator_looks
from doseloop.store.models import Person, Scanner, Site

NAMES = ("Brandt^Tina", "Brandt^Jana", "Okafor^Samuel", "Moreau^Laure", "Yilmaz^Ayşe")
RATIOS = {
    "dlp_mgy_cm": (1.02, 0.97, 1.24, 1.16, 0.95),
    "ctdi_vol_mgy": (1.01, 0.98, 1.01, 1.17, 0.98),
    RANGE: (1.01, 0.99, 1.23, 0.99, 0.97),
}
TOLD = {("Okafor^Samuel", RANGE, False), ("Moreau^Laure", "ctdi_vol_mgy", True)}
"""Name, quantity, and whether on one scanner alone."""


def give_looks(site: Site) -> None:
    """Two looks a week apart."""
    people = dict(Person.objects.filter(site=site, name__in=NAMES).values_list("name", "pk"))
    scanners = list(Scanner.objects.filter(site=site, modality="CT").order_by("pk")[:2])
    last = last_sunday(timezone.now().date())
    keys = [people[name] for name in NAMES]
    operator_looks.keep(site.pk, [look_of(keys, scanners, end) for end in (last - timedelta(days=7), last)])


def look_of(people: list[int], scanners: list[Scanner], last: date) -> Look:
    """What one look says of these five people."""
    found = [
        difference
        for scanner in (None, *scanners)
        for quantity, ratios in RATIOS.items()
        for person, name, ratio in zip(people, NAMES, ratios, strict=True)
        for difference in [_difference(person, name, scanner, quantity, ratio, first=scanner in scanners[:1])]
    ]
    left_out = LeftOut(nobody=31, shared=24, no_dose=3, few_exams=29, operators=2, small_group=17)
    return Look("CT", *window_of(last), 612, 148, left_out, tuple(found))


def _difference(
    person: int, name: str, scanner: Scanner | None, quantity: str, ratio: float, *, first: bool
) -> Difference:
    is_told = (name, quantity, first) in TOLD and (scanner is None or first)
    exams, away = (140, 1.05) if scanner is None else (66, 1.08)
    return Difference(
        person, scanner.pk if scanner else None, quantity, exams, ratio, ratio / away, ratio * away, is_told
    )
