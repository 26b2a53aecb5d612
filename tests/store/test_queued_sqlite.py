"""Writers of the record take turns, and a turn ends however its transaction ends."""

import fcntl
import os
import threading

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F

from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Counter

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
