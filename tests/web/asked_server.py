"""A department in which the questions of the mission have answers: `python -m tests.web.asked_server PORT`."""

import json
import os
import random
import sys
from dataclasses import replace
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def main() -> None:
    import django

    django.setup()
    import uvicorn
    from a2wsgi import WSGIMiddleware
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from tests.web.record import fill

    call_command("migrate", verbosity=0)
    give_chests(fill(exams=20))
    print(json.dumps({}), flush=True)
    pages = WSGIMiddleware(get_wsgi_application(), workers=2)
    uvicorn.run(pages, port=int(sys.argv[1]), log_level="warning", lifespan="off")


def give_chests(made: object) -> None:
    """A hundred chests on the third scanner in six weeks by two radiographers, and a local level for them."""
    from django.utils import timezone

    from doseloop.model.local_level import LocalGroup
    from doseloop.model.patient_group import PatientGroup
    from doseloop.store.changes import note_change
    from doseloop.store.local_levels import freeze
    from doseloop.store.models import Exam, ExamPerson, FrozenLevelStanding, Patient, Person, Scanner, Site
    from tests.web.local_levels_made import new_level
    from tests.web.record import CT_KINDS, Department, _ct_exam

    assert isinstance(made, Department)
    chance, now = random.Random(3), timezone.now()
    scanner = Scanner.objects.get(name="CT 3 Oncology")
    chest = next(one for one in CT_KINDS if one.key == "ct-chest")
    people = [Person.objects.get(site=scanner.site, name=name) for name in ("Brandt^Tina", "Okafor^Samuel")]
    exams = [
        _ct_exam(made, chance, scanner, Patient.objects.create(), chest, now - timedelta(hours=10 * n + 5))
        for n in range(100)
    ]
    for n, one in enumerate(exams):
        weight = 60.0 + n % 40
        Exam.objects.filter(pk=one.pk).update(weight_kg=weight)
        one.parts.update(weight_kg=weight)
        ExamPerson.objects.create(exam=one, person=people[n % 2], part="operator")
    of = LocalGroup("ct-chest", "dlp_mgy_cm", PatientGroup("adult"), "examination", chest.phantom)
    level = freeze(
        Site.objects.get(pk=scanner.site_id), replace(new_level(exams[0].pk), name="Chest", of=of, value=250.0), None
    )
    FrozenLevelStanding.objects.create(level=level, state="in force", since=now.date())
    note_change([one.pk for one in exams])


if __name__ == "__main__":
    main()
