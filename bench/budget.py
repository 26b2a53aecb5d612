"""How long it takes to try `high-dose` over a history: `python -m bench.budget [EXAMS]`. Processor time of one process."""

import os
import random
import sys
import tempfile
import time
from datetime import datetime, timedelta

EXAMS = 3000
_PROCEDURES = ("ct-head", "ct-chest", "ct-abdomen-pelvis", "ctpa", "ct-kub")


def measure(exams: int = EXAMS) -> tuple[float, str]:
    """Milliseconds of an exam, and what was found."""
    from doseloop.assess.registry import RULES
    from doseloop.replay import Replay
    from doseloop.store.rule_settings import DEFAULTS

    site, rule = _fill(exams), RULES["high-dose"]
    began = time.process_time()
    replay = Replay(site, rule, rule.default, DEFAULTS.of(rule))
    for _ in replay.steps():
        pass
    found = replay.budget()
    return (time.process_time() - began) * 1000 / exams, found.sentence if found else ""


def _fill(exams: int) -> int:
    from doseloop.store.models import Exam, Part, Patient, Scanner, Site
    from doseloop.store.procedures import bring_up_to_date

    bring_up_to_date()
    chance, now = random.Random(5), datetime(2026, 1, 1).astimezone()
    site = Site.objects.create(name="Bench", zone="UTC")
    made = {"site": site, "modality": "CT", "first_object_at": now, "last_object_at": now}
    scanners = [Scanner.objects.create(key=f"CT{n}", name=f"CT{n}", station_name=f"CT{n}", **made) for n in range(4)]
    patient = Patient.objects.create()
    for number in range(exams):
        start = (datetime(2026, 1, 1, 8) + number * timedelta(days=360) / exams).isoformat(timespec="seconds")
        given = {"started_at": start, "age_band": "adult", "modality": "CT", "site": site}
        exam = Exam.objects.create(
            scanner=scanners[number % 4],
            patient=patient,
            study_uid=f"2.25.{number}",
            received_at=now,
            settled=True,
            **given,
        )
        weight = chance.gauss(75, 12)
        dlp = 400 * (weight / 75) * chance.lognormvariate(0, 0.22)
        Part.objects.create(
            exam=exam, position=0, procedure_id=chance.choice(_PROCEDURES), weight_kg=weight, phantom_cm=32, dlp_mgy_cm=dlp,
            ctdi_vol_mgy=dlp / 35, **given,
        )  # fmt: skip
    return site.pk


def main() -> None:
    """Print it."""
    os.environ.update(DJANGO_SETTINGS_MODULE="doseloop.roles.django_settings", DOSELOOP_DATA=tempfile.mkdtemp())
    import django
    from django.core.management import call_command
    from django.db import transaction

    django.setup()
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        ms, told = measure(int(sys.argv[1]) if len(sys.argv) > 1 else EXAMS)
    print(f"{ms:.2f} ms an exam, {ms * 50_000 / 60_000:.1f} min for 50,000\n{told}")


if __name__ == "__main__":
    main()
