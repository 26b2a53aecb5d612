"""Lists look back over a year, or over all exams, as their address says."""

from typing import Any

import pytest

from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Part
from tests.web.names_of_scanners import give_names
from tests.web.record import Department

EVERYTHING = "days=36525"


@pytest.fixture
def long_ago(department: Department) -> Department:
    """A department whose exams were all made years ago."""
    give_names()
    for row in Exam.objects.all():
        started = f"2011{row.started_at[4:]}"
        Exam.objects.filter(pk=row.pk).update(started_at=started)
        Part.objects.filter(exam=row.pk).update(started_at=started)
    note_change(Exam.objects.values_list("pk", flat=True))
    return department


@pytest.mark.parametrize(
    ("page", "nothing"),
    [
        ("/procedures/", "No exam of the last year was recognised."),
        ("/procedures/names/", "No name is left to map."),
        ("/quality/", "No exam started in this period."),
    ],
)
def test_old_exams_are_seen_over_all_and_not_over_a_year(
    page: str, nothing: str, long_ago: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    assert nothing in client.get(page).content.decode()
    assert nothing not in client.get(f"{page}?{EVERYTHING}").content.decode()


def test_files_hold_the_period_that_the_page_has(long_ago: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    lines = [len(b"".join(client.get(f"/procedures.csv{query}")).splitlines()) for query in ("", f"?{EVERYTHING}")]
    assert lines[0] == 1 < lines[1]


def test_choosing_suggestions_keeps_the_period(long_ago: Department, signed_in: Any) -> None:
    text = signed_in("physicist").get(f"/procedures/names/?{EVERYTHING}").content.decode()
    assert f"?{EVERYTHING}&amp;choose=sure" in text


@pytest.mark.parametrize("page", ["/procedures/", "/procedures/names/", "/quality/", "/procedures/ct-head/"])
def test_a_period_that_there_is_not_is_refused(page: str, department: Department, signed_in: Any) -> None:
    assert signed_in("physicist").get(f"{page}?days=12").status_code == 400
