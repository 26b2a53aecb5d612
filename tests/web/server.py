"""A real server over a department of its own, for a browser: `python -m tests.web.server PORT` (data folder by DOSELOOP_DATA)."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def main() -> None:
    import django

    django.setup()
    import uvicorn
    from django.conf import settings
    from django.core.management import call_command

    from doseloop.roles.audit import chain_of
    from doseloop.roles.web import application
    from doseloop.web.content_tree import set_provider
    from tests.web import (
        archived_reports,
        calibrated,
        computed_columns,
        drifted,
        equipment,
        exams_of_kinds,
        implausible,
        names_of_scanners,
        tried_rules,
    )
    from tests.web.record import fill

    call_command("migrate", verbosity=0)
    made = fill()
    exams_of_kinds.take_in(settings.FOLDER)
    names_of_scanners.give_names()
    equipment.give_equipment()
    calibrated.give_calibration()
    computed_columns.give_computed()
    archived_reports.make_reports(made)
    if "DOSELOOP_TEST_DRIFT" in os.environ:
        drifted.give_drift()
    tried_rules.try_rules(made.site.pk)
    if "DOSELOOP_TEST_IMPLAUSIBLE" in os.environ:
        implausible.take_in(settings.FOLDER)
        if os.environ["DOSELOOP_TEST_IMPLAUSIBLE"] == "followed":
            implausible.follow_for_ever(settings.FOLDER)
    chain_of(settings.FOLDER).seal()
    set_provider(lambda _, key: made.trees[key])
    found = {
        name: getattr(made, name)
        for name in ("exam", "angiography", "other_exam", "flag", "other_flag", "object", "hostile_exam", "person")
    }
    print(json.dumps(found), flush=True)
    served = application(settings.DOSELOOP, threads=4)
    uvicorn.run(served, port=int(sys.argv[1]), log_level="warning", lifespan="off")


main()
