"""Cases of one flag, as they were before, become cases with a site, a title and a timeline."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.store.case_detail import case_detail
from doseloop.store.case_list import case_list
from tests.record import fresh, removed, use_record
from tests.store.stepwise import step_by_step

BEFORE = ("store", "0026_calibrations")


@pytest.fixture
def before(records: None, tmp_path: Path) -> Iterator[Any]:
    """The tables of a record as they were."""
    held, record = settings.RECORD, fresh(tmp_path)
    use_record(record)
    yield step_by_step(BEFORE).loader.project_state([BEFORE]).apps
    use_record(held)
    removed(record)


def test_cases_of_one_flag_are_taken_over(before: Any) -> None:
    now = timezone.now()
    of = {name: before.get_model("store", name) for name in ("Site", "Scanner", "Flag", "Case", "Procedure")}
    site = of["Site"].objects.create(name="North")
    scanner = of["Scanner"].objects.create(site=site, key="1", name="CT 1", first_object_at=now, last_object_at=now)
    procedure = of["Procedure"].objects.create(key="ct-x", name="CT of x", modality="CT")
    owner = before.get_model("auth", "User").objects.create(username="keane")
    told = {"site": site, "scanner": scanner, "state": "case", "raised_at": now, "updated_at": now}
    first = of["Flag"].objects.create(key="a", rule="high-dose", procedure=procedure, **told)
    second = of["Flag"].objects.create(key="b", rule="silent-scanner", **told)
    of["Case"].objects.create(flag=first, owner=owner, opened_at=now)
    of["Case"].objects.create(flag=second, opened_at=now, closed_at=now)
    call_command("migrate", "store", verbosity=0)
    found = {one.title: one for one in case_list(SYSTEM, "all", None)}
    assert {title: (one.state, one.owner, one.site_name, one.flags) for title, one in found.items()} == {
        "High dose: CT of x": ("open", "keane", "North", 1),
        "Silent scanner: CT 1": ("closed", "", "North", 1),
    }
    shown = case_detail(SYSTEM, found["High dose: CT of x"].id)
    assert [flag.id for flag in shown.flags] == [first.pk]
    assert [(step.kind, step.actor, step.at) for step in shown.steps] == [("made a case", "keane", now)]
