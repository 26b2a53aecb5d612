"""Each waiting object is one worker's at a time, and comes back when that worker dies."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from doseloop.roles.data_folder import DataFolder
from doseloop.store import claims
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def five_waiting(folder: DataFolder) -> None:
    inbox = Inbox(folder.spool, 1000, 0)
    for n in range(5):
        inbox.put(io.BytesIO(b"%d" % n), Origin("ingest"))


def test_two_workers_never_have_the_same_object() -> None:
    first, second = claims.claim("a", 3, MINUTE), claims.claim("b", 3, MINUTE)
    assert (len(first), len(second)) == (3, 2)
    assert not {one.object for one in first} & {one.object for one in second}


def test_objects_are_claimed_in_the_order_of_their_arrival() -> None:
    assert [one.object for one in claims.claim("a", 5, MINUTE)] == sorted(
        DoseObjectRow.objects.values_list("pk", flat=True)
    )


def test_a_lease_that_ended_frees_the_object_and_counts_the_attempt() -> None:
    claims.claim("a", 5, MINUTE)
    DoseObjectRow.objects.update(claimed_until=timezone.now() - MINUTE)
    assert {one.attempts for one in claims.claim("b", 5, MINUTE)} == {2}


def test_a_worker_that_starts_again_gives_back_what_it_held() -> None:
    claims.claim("a", 3, MINUTE)
    claims.claim("b", 1, MINUTE)
    assert claims.give_back("a") == 3
    assert len(claims.claim("c", 9, MINUTE)) == 4


def test_a_postponed_object_waits() -> None:
    (one, *_) = claims.claim("a", 5, MINUTE)
    claims.postpone(one, MINUTE)
    assert claims.claim("b", 9, MINUTE) == ()


def test_a_processed_object_is_not_claimed() -> None:
    DoseObjectRow.objects.update(state="read")
    assert not claims.anything_waiting()
    assert claims.claim("a", 9, MINUTE) == ()


def test_a_lease_from_before_the_clock_was_set_back_does_not_hold_for_a_day() -> None:
    claims.claim("a", 5, MINUTE)
    DoseObjectRow.objects.update(claimed_until=timezone.now() + timedelta(days=1))
    assert len(claims.claim("b", 5, MINUTE)) == 5
