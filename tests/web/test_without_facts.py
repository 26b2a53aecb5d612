"""A copy of the facts that is damaged or gone hides figures and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from doseloop.facts.copy import refresh
from doseloop.facts.paths import FactsPaths
from doseloop.web.facts import the_facts
from tests.web.record import Department

UNREAD = "Figures cannot be read now"


@pytest.fixture
def files(department: Department) -> list[Path]:
    paths = FactsPaths.in_data(settings.FOLDER.root, settings.RECORD)
    refresh(paths)
    the_facts.cache_clear()
    return list(paths.folder.glob("*.parquet"))


@pytest.mark.parametrize("damage", ["gone", "cut"])
@pytest.mark.parametrize("when", ["before", "between"])
def test_today_is_shown_without_figures(damage: str, when: str, files: list[Path], signed_in: Any) -> None:
    client = signed_in("physicist")
    if when == "between":
        assert UNREAD not in client.get("/").content.decode()
    for file in files:
        file.unlink() if damage == "gone" else file.write_bytes(b"PAR1")
    for route in ("/", "/today/live"):
        found = client.get(route)
        assert found.status_code == 200
        assert "Coming in" in found.content.decode()
        assert UNREAD in found.content.decode()
    assert client.get("/exams/").status_code == 503


def test_figures_are_back_as_soon_as_the_copy_is_removed(files: list[Path], signed_in: Any) -> None:
    client = signed_in("physicist")
    for file in files:
        file.write_bytes(b"PAR1")
    assert UNREAD in client.get("/").content.decode()
    for file in settings.FOLDER.facts.iterdir():
        file.unlink()
    assert UNREAD not in client.get("/").content.decode()
