"""The clock that the whole process lives by while a history is lived through."""

from collections.abc import Iterator

import pytest

from bench.loop.clock import SimulatedClock, simulated_clock


@pytest.fixture
def clock() -> Iterator[SimulatedClock]:
    with simulated_clock() as made:
        yield made
