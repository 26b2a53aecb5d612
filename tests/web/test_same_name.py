"""Two scanners of one name stay two on every page."""

from typing import Any

import pytest

from doseloop.store.models import Scanner
from tests.web.record import Department

TOLD_APART = ("CT (CT1EMER)", "CT (CT2OPD)")


@pytest.fixture
def same_name(department: Department) -> None:
    Scanner.objects.filter(station_name__in=("CT1EMER", "CT2OPD")).update(name="CT")


@pytest.mark.parametrize(
    "route", ["", "exams/", "flags/?state=all", "procedures/ct-head/", "procedures/ct-chest/?days=90"]
)
def test_pages_tell_them_apart(route: str, same_name: None, signed_in: Any) -> None:
    text = signed_in("physicist").get(f"/{route}").content.decode()
    assert all(name in text for name in TOLD_APART)


@pytest.mark.parametrize("file", ["scanners", "trend", "levels"])
def test_files_of_a_procedure_tell_them_apart(file: str, same_name: None, signed_in: Any) -> None:
    found = signed_in("physicist").get(f"/procedures/ct-head/{file}.csv")
    text = b"".join(found).decode()
    assert all(name in text for name in TOLD_APART)


def test_the_hourly_table_counts_the_exams_of_both(department: Department, signed_in: Any) -> None:
    def hours() -> list[list[str]]:
        text = b"".join(signed_in("physicist").get("/today/hours.csv")).decode("utf-8-sig")
        return [line.split(",")[1:] for line in text.splitlines()]

    before = hours()
    Scanner.objects.filter(station_name__in=("CT1EMER", "CT2OPD")).update(name="CT")
    after = hours()
    assert set(after[0]) >= set(TOLD_APART)
    assert [sorted(counts) for counts in after[1:]] == [sorted(counts) for counts in before[1:]]
