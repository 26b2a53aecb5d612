"""Reprocessing over one installation: kept objects, reader processes and the worker's chain put together."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from doseloop.model.dose_object import Deidentified, ReadResult
from doseloop.model.errors import DoseloopError
from doseloop.pipeline import Outcome
from doseloop.reading.process import ReaderPool
from doseloop.reprocess import Reader, Reprocess
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.in_memory import in_memory
from doseloop.roles.readers import limits_of, reader_of
from doseloop.roles.settings import Settings
from doseloop.roles.worker import pipeline_of
from doseloop.store.kept import KeptObject
from doseloop.store.vault import Vault


@contextmanager
def reprocessing(options: Settings, folder: DataFolder, *, apply: bool) -> Iterator[Reprocess]:
    """Reading again, in reader processes of its own. Before any database is open."""
    with ReaderPool(options.readers, limits_of(options)) as pool, ThreadPoolExecutor(options.readers) as threads:
        yield over(options, folder, pool, threads, apply=apply)


def over(
    options: Settings, folder: DataFolder, pool: ReaderPool, threads: ThreadPoolExecutor, *, apply: bool
) -> Reprocess:
    """Reading again over these reader processes."""
    pipeline = pipeline_of(options, folder, reader_of(options, folder, pool))
    return Reprocess(pipeline, reader_of_kept(options, folder, pool), threads.map, apply)


def reader_of_kept(options: Settings, folder: DataFolder, pool: ReaderPool) -> Reader:
    """What reads a kept object again. One without identity is read as it is: its bytes do not fit its name, which is the
    SHA-256 of the original; an original is de-identified where the installation is pseudonymous."""
    vault = Vault(folder.objects, folder.ring("objects"))
    read_original = reader_of(options, folder, pool)

    def outcome(held: KeptObject) -> Outcome:
        try:
            return _read(held, vault.read(held.sha256))
        except DoseloopError as error:
            return error

    def _read(held: KeptObject, content: bytes) -> ReadResult | Deidentified:
        is_original = hashlib.sha256(content).hexdigest() == held.sha256
        with in_memory(content) as path:
            return read_original(path) if is_original else pool.read(path)

    return outcome
