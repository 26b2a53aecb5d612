"""A scanner whose exams stand in the record as the rule `drift` reads them: uses of protocols, complete exams, weights."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from doseloop.store.models import Counter, Exam, Patient, ProtocolUseRow, Scanner
from tests.facts.made import NOON, make_scanner, make_site

BEGUN = datetime(2026, 1, 5, 8)
PROTOCOL = "Thorax_Routine / Thorax"
SERIES = f"{PROTOCOL} (adults, 32 cm phantom)"


def a_scanner(name: str = "CT 1", site: str = "North") -> Scanner:
    return make_scanner(make_site(site), name)


def at(number: int) -> datetime:
    """The start of an exam: two hours after the one before."""
    return BEGUN + timedelta(hours=2 * number)


def weight_kg(number: int) -> float:
    """From 50 to 109 kg, in no order."""
    return 50.0 + (number * 37) % 60


def doses(length: int, factor: float = 1.0, step_at: int = 150, seed: int = 8) -> list[float]:
    """CTDIvol by exam, the same at every weight: log-SD 0.1, and a step by a factor."""
    noise = 0.1 * np.random.default_rng(seed).standard_normal(length)
    steps = np.where(np.arange(length) >= step_at, math.log(factor), 0.0)
    return [float(one) for one in np.exp(2 + noise + steps)]


def give(scanner: Scanner, values: Sequence[float], first: int = 0, protocol: str = PROTOCOL) -> list[int]:
    """Exams with these doses from number `first` on: their keys. The worker then knows their protocols."""
    changed = 1 + (Exam.objects.order_by("-changed").values_list("changed", flat=True).first() or 0)
    patient = Patient.objects.create()
    exams = Exam.objects.bulk_create(
        Exam(
            site=scanner.site, scanner=scanner, patient=patient, study_uid=f"2.25.{scanner.pk}{protocol}{first + place}",
            modality="CT", started_at=at(first + place).isoformat(), received_at=NOON, age_band="adult", settled=True,
            weight_kg=weight_kg(first + place), changed=changed + place, protocol_name=protocol.partition(" / ")[0],
        )
        for place in range(len(values))
    )  # fmt: skip
    ProtocolUseRow.objects.bulk_create(
        ProtocolUseRow(
            exam=exam, scanner=scanner, protocol=protocol, name=protocol.casefold(), kind="ct",
            started_at=exam.started_at, settings={"phantom_cm": "32"}, dose=value,
        )
        for exam, value in zip(exams, values, strict=True)
    )  # fmt: skip
    _known(changed + len(values) - 1)
    return [exam.pk for exam in exams]


def _known(changed: int) -> None:
    for name in ("exams", "protocol uses"):
        Counter.objects.update_or_create(name=name, defaults={"value": changed})


def started(exams: Iterable[int]) -> list[str]:
    return list(Exam.objects.filter(pk__in=exams).order_by("started_at").values_list("started_at", flat=True))
