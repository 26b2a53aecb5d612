"""A whole installation makes a report by its schedule and mails it, and tells of a flag, beside the objects of its worker."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.roles.installation import Installation, until
from tests.roles.mail_server import enclosed, mail_server

pytestmark = pytest.mark.record

PLAN = """
from datetime import date
import django
django.setup()
from doseloop.access.scope import SYSTEM
from doseloop.model.report_schedule import Rhythm
from doseloop.store import report_schedules
from doseloop.store.audit import COMMAND
from doseloop.store.level_sets import site_named
from doseloop.store.models import ReportSchedule
site = site_named(SYSTEM, "Main site")
report_schedules.set_up(SYSTEM, site, Rhythm("month", 1, 3), ["board@hospital.example"], COMMAND, for_signature=True)
ReportSchedule.objects.update(last_due=date(2026, 1, 1))

from django.conf import settings
from django.utils import timezone
from doseloop.model.flag import Finding
from doseloop.model.notification import How, Severity, Timing
from doseloop.store import findings, subscriptions
from doseloop.store.models import Scanner
from doseloop.store.subscriptions import Address, Wanted
ring, told = settings.FOLDER.ring("notifications"), Address("physics@hospital.example", "physics@hospital.example")
subscriptions.add(SYSTEM, site, Wanted("Physics", Severity.LOW, Timing(How.AT_ONCE), False), told, ring, COMMAND)
now = timezone.now()
given = {"key": "1", "name": "CT 1", "modality": "CT", "first_object_at": now, "last_object_at": now}
scanner = Scanner.objects.create(site_id=site, **given).pk
found = Finding("unit-suspected", "1", f"scanner {scanner}", "x", "A unit is another one.")
findings.apply_to_scanner(scanner, "unit-suspected", [findings.ExamFinding(found)])
"""


def test_a_report_that_became_due_and_a_flag_are_mailed_within_a_minute(tmp_path: Path) -> None:
    with mail_server() as server, Installation(tmp_path / "data", notify_mail=server.url) as installation:
        environment = {**installation.environment, "DJANGO_SETTINGS_MODULE": "doseloop.roles.django_settings"}
        subprocess.run([sys.executable, "-c", PLAN], env=environment, check=True)
        until(lambda: len(server.kept.mails) == 2, 120, f"mailed; log: {installation.log}")
        told, mail = sorted(server.kept.mails, key=lambda one: len(enclosed(one)))
        assert told["Subject"] == "Doseloop, Main site: 1 flag"
        until(lambda: installation.ask("SELECT state FROM store_reportmail") == [("sent",)], 20, "noted as sent")
        until(lambda: installation.ask("SELECT state FROM store_notification") == [("sent",)], 20, "noted as told")
        assert installation.ask("SELECT count(*) FROM store_archivedreport") == [(1,)]
        assert sorted(name.rpartition(".")[2] for name in enclosed(mail)) == ["pdf", "xlsx"]
        assert "Traceback" not in installation.log.read_text()
