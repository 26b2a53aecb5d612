"""A hospital that lives by the day, with its pages: `python -m tests.web.mission_server PORT` (data folder by DOSELOOP_DATA).

Each line of standard input is a day; what the scanners sent up to its end goes through the real chain, then the worker's steps are
taken that follow it, and a line of JSON says what there is.
"""

import json
import os
import sys
import threading
from datetime import date, timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")

SCENARIO = """
title: A protocol is copied with a wrong parameter
seed: 1105
start: 2025-01-06
days: 46
workload: 0.8
weight_missing: 0.0
late: 0.0
resent: 0.0
faults:
  - {kind: protocol_copy, scanner: CT1, procedure: CT Abdomen/Pelvis, from_day: 15, to_day: 28, software: syngo CT VB30A,
     factor: 1.45, kvp: 130}
"""
PROCEDURE = "CT Abdomen/Pelvis"
SCANNERS = ("CT1", "CT2")


def main() -> None:
    import django

    django.setup()
    import uvicorn
    from a2wsgi import WSGIMiddleware
    from django.conf import settings
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from doseloop.roles.effect_watch import EffectWatch
    from doseloop.store import protocol_changes
    from doseloop.store.models import Exam, Flag, Site
    from doseloop.store.procedures import bring_up_to_date
    from tests.store.taken_in import pipeline_over, take_in
    from tests.web.record import make_accounts

    call_command("migrate", verbosity=0)
    bring_up_to_date()
    make_accounts(Site.objects.create(name="Main Hospital", zone="UTC"), Site.objects.create(name="North", zone="UTC"))
    pages = WSGIMiddleware(get_wsgi_application(), workers=2)
    server = uvicorn.Server(uvicorn.Config(pages, port=int(sys.argv[1]), log_level="warning", lifespan="off"))
    threading.Thread(target=server.run, daemon=True).start()
    pipeline, watch, sent = pipeline_over(settings.FOLDER), EffectWatch(), sent_by_day()
    print(json.dumps({"exams": 0, "flags": {}}), flush=True)
    for line in sys.stdin:
        day = date.fromisoformat(line.strip())
        while (next_day := min(sent, default=day + timedelta(days=1))) <= day:
            take_in(pipeline, sent.pop(next_day))
            pipeline.settle_quiet(timedelta())
            protocol_changes.keep()
        watch.step()
        flags = {flag.pk: flag.rule for flag in Flag.objects.filter(state="open")}
        print(json.dumps({"exams": Exam.objects.count(), "flags": flags}), flush=True)


def sent_by_day() -> dict[date, list[bytes]]:
    """The reports about the procedure by the day of the exam: CT1, where it goes wrong, and CT2 beside it."""
    from doseloop.simulate.scenario import from_text
    from doseloop.simulate.scenario.changes import scanners
    from doseloop.simulate.scenario.play import scanner_exams

    scenario = from_text(SCENARIO)
    found: dict[date, list[bytes]] = {}
    for scanner in (one for one in scanners(scenario) if one.name in SCANNERS):
        for exam in (played.simulated for played in scanner_exams(scenario, scanner)):
            if exam.procedure == PROCEDURE:
                found.setdefault(exam.at.date(), []).append(exam.objects[-1])
    return found


if __name__ == "__main__":
    main()
