"""Processes that compute exams again while this one reads and writes others: they need no database and know none."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from doseloop.recompute import Compute
from doseloop.store.held_exam import made_of

_PRELOADED = ["doseloop.store.held_exam"]


@contextmanager
def computing(processes: int | None = None) -> Iterator[Compute]:
    """What computes in so many processes; as many as the machine has cores for None."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    with ProcessPoolExecutor(processes or os.cpu_count(), mp_context=context) as pool:
        yield lambda held: pool.submit(made_of, held)
