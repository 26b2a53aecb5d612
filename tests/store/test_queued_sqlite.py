"""Writers of the record take turns, and a turn ends however its transaction ends."""

import fcntl
import os
import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, OperationalError, close_old_connections, connection, transaction
from django.db.models import F

from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Counter
from doseloop.store.queued_sqlite import turn
from tests.roles.installation import until

pytestmark = pytest.mark.sqlite


def is_free(folder: DataFolder) -> bool:
    descriptor = os.open(f"{folder.record}-queue", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def test_a_transaction_has_its_turn_until_it_commits(folder: DataFolder) -> None:
    with transaction.atomic():
        with transaction.atomic():
            assert not is_free(folder)
        assert not is_free(folder)
    assert is_free(folder)


def test_a_failed_transaction_gives_its_turn_back(folder: DataFolder) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Counter.objects.create(name="twice")
        Counter.objects.create(name="twice")
    assert is_free(folder)
    assert not Counter.objects.exists()


def test_a_failed_savepoint_keeps_the_turn_of_its_transaction(folder: DataFolder) -> None:
    with transaction.atomic():
        Counter.objects.create(name="once")
        with pytest.raises(IntegrityError), transaction.atomic():
            Counter.objects.create(name="once")
        assert not is_free(folder)
    assert is_free(folder)
    assert Counter.objects.count() == 1


def test_a_connection_that_closes_within_a_transaction_gives_its_turn_back(folder: DataFolder) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        connection.close()
        raise RuntimeError
    assert is_free(folder)


@pytest.fixture
def little_patience(folder: DataFolder) -> Iterator[None]:
    options = connection.settings_dict["OPTIONS"]
    before = options["timeout"]
    options["timeout"] = 0.2
    yield
    options["timeout"] = before


def test_a_turn_that_never_comes_is_an_error_and_the_queue_goes_on(folder: DataFolder, little_patience: None) -> None:
    holder = os.open(f"{folder.record}-queue", os.O_RDWR | os.O_CREAT)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(OperationalError, match=r"has held its turn for more than 0\.2 s"), transaction.atomic():
        pass
    os.close(holder)

    until(lambda: is_free(folder), 5, "the waiter that gave up let its turn pass")
    with transaction.atomic():
        Counter.objects.create(name="goes on")
    assert Counter.objects.get().name == "goes on"


def test_writers_in_many_threads_lose_nothing(folder: DataFolder) -> None:
    Counter.objects.create(name="all")

    def write() -> None:
        for _ in range(25):
            with transaction.atomic():
                Counter.objects.filter(name="all").update(value=F("value") + 1)
        close_old_connections()

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter.objects.get(name="all").value == 150


def test_nobody_takes_a_free_turn_past_who_waits_for_it(folder: DataFolder) -> None:
    path = f"{folder.record}-queue"
    next_one = os.open(f"{path}-next", os.O_RDWR | os.O_CREAT)
    fcntl.flock(next_one, fcntl.LOCK_EX)
    assert is_free(folder)
    assert turn.take(path, 0.05) is None
    os.close(next_one)
    taken = turn.take(path, 30)
    assert taken is not None
    os.close(taken)
    assert is_free(folder)
