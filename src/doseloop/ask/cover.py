"""The cheapest ways to use every token of a question once, cheapest first."""

import heapq
from collections.abc import Iterator
from itertools import count
from typing import Final

from doseloop.ask.matching import Chunk

MOST: Final = 400
"""So many covers are looked at; a question with more is asked back."""


def covers(starting: tuple[tuple[Chunk, ...], ...]) -> Iterator[tuple[int, tuple[Chunk, ...]]]:
    """(cost, chunks) of the covers in order of cost; nothing where a token is in no phrase.

    A best-first search whose estimate is the exact cost of the rest, so that no cover that is not asked for is built.
    """
    rest = _cost_from(starting)
    if rest[0] is None:
        return
    ties = count()
    heap: list[tuple[int, int, int, tuple[Chunk, ...]]] = [(rest[0], next(ties), 0, ())]
    given = 0
    while heap and given < MOST:
        cost, _, at, row = heapq.heappop(heap)
        if at == len(starting):
            given += 1
            yield cost, row
            continue
        spent = cost - (rest[at] or 0)
        for chunk in starting[at]:
            remaining = rest[chunk.end]
            if remaining is not None:
                heapq.heappush(heap, (spent + chunk.cost + remaining, next(ties), chunk.end, (*row, chunk)))


def _cost_from(starting: tuple[tuple[Chunk, ...], ...]) -> list[int | None]:
    """The least cost from each place to the end; None where there is no way."""
    rest: list[int | None] = [None] * len(starting) + [0]
    for at in reversed(range(len(starting))):
        ways = [chunk.cost + then for chunk in starting[at] if (then := rest[chunk.end]) is not None]
        rest[at] = min(ways, default=None)
    return rest


def unused(starting: tuple[tuple[Chunk, ...], ...]) -> tuple[int, ...]:
    """Places of tokens that have to be left over when as few as can be are."""
    n = len(starting)
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())] * (n + 1)
    for at in reversed(range(n)):
        skipped = (best[at + 1][0] + 1, (at, *best[at + 1][1]))
        ways = [best[chunk.end] for chunk in starting[at]]
        best[at] = min([*ways, skipped])
    return best[0][1]
