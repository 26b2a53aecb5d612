"""What belongs to no exam is shown only to who sees every site that its peer sends for."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from doseloop.access.scope import SYSTEM, Scope
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import DoseObjectRow, Exam
from doseloop.store.object_list import in_trouble
from tests.facts.made import make_exam, make_scanner, make_site

WEEK = timedelta(days=7)
PEER = {"peer_ae": "ROUTER", "peer_host": "10.0.0.1"}


@pytest.fixture
def exams(folder: DataFolder) -> tuple[Exam, Exam]:
    """An exam at each of two sites."""
    return make_exam(make_scanner(make_site("North"))), make_exam(make_scanner(make_site("South"), "CT 2"))


def arrived(exam: Exam | None, state: str = "read", **peer: Any) -> int:
    number, now = DoseObjectRow.objects.count() + 1, timezone.now()
    return DoseObjectRow.objects.create(
        sha256=f"{number:064x}", size=1, way_in="dimse", state=state, exam=exam, received_at=now, last_received_at=now,
        **{**PEER, **peer},
    ).pk  # fmt: skip


def seen(*exams: Exam) -> list[int]:
    scope = Scope(frozenset(exam.site_id for exam in exams), identity=True, operators=True)
    return sorted(one.id for one in in_trouble(scope, WEEK))


def test_a_peer_of_one_site_shows_its_trouble_there_alone(exams: tuple[Exam, Exam]) -> None:
    north, south = exams
    arrived(north)
    lost = arrived(None, "quarantined")
    assert (seen(north), seen(south), seen(north, south)) == ([lost], [], [lost])


def test_a_peer_that_sends_for_two_sites_shows_it_only_to_who_sees_both(exams: tuple[Exam, Exam]) -> None:
    north, south = exams
    arrived(north)
    arrived(south)
    lost = arrived(None, "quarantined")
    make_site("Third")
    assert (seen(north), seen(south), seen(north, south)) == ([], [], [lost])
    assert [one.id for one in in_trouble(SYSTEM, WEEK)] == [lost]


def test_the_same_title_on_another_host_is_another_peer(exams: tuple[Exam, Exam]) -> None:
    north, south = exams
    arrived(north)
    arrived(south, peer_host="10.0.0.2")
    at_north, at_south = arrived(None, "quarantined"), arrived(None, "quarantined", peer_host="10.0.0.2")
    assert (seen(north), seen(south)) == ([at_north], [at_south])


def test_what_a_stranger_sent_is_shown_to_nobody_with_fewer_than_all_sites(exams: tuple[Exam, Exam]) -> None:
    arrived(exams[0])
    arrived(None, "quarantined", peer_ae="STRANGER")
    arrived(None, "quarantined", peer_ae="", peer_host="")
    assert seen(exams[0]) == []


def test_an_exams_own_object_is_shown_at_its_site(exams: tuple[Exam, Exam]) -> None:
    north, south = exams
    part = arrived(north, "partly read")
    assert (seen(north), seen(south)) == ([part], [])
