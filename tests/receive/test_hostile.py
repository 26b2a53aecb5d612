"""The short form of `make hostile`: a real installation under attack takes every object of its scanner."""

import pytest

from bench import hostile


@pytest.mark.peers
def test_a_scanner_stores_under_attack_and_the_receiver_stays_small() -> None:
    found = hostile.measure(seconds=15)
    assert all(found.correct().values()), hostile.report(found)
