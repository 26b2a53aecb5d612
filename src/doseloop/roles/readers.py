"""The reader processes of an installation."""

from collections.abc import Callable
from pathlib import Path

from doseloop.dosimetry import ct_slice
from doseloop.model.dose_object import Deidentified, ReadResult
from doseloop.reading.ct_pixels import Measure
from doseloop.reading.limits import ReadLimits
from doseloop.reading.process import ProcessLimits, ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings

Reader = Callable[[Path], ReadResult | Deidentified]


def limits_of(options: Settings) -> ProcessLimits:
    """What one reader process may use."""
    return ProcessLimits(options.reader_memory_bytes, options.reader_seconds)


def reading_limits_of(options: Settings) -> ReadLimits:
    """How much of one object is read: what is taken in is also read."""
    return ReadLimits(object_bytes=options.max_object_bytes)


def measure_of(options: Settings) -> Measure | None:
    """What measures CT images as they arrive; None where that is switched off."""
    return ct_slice.measured if options.measure_images else None


def reader_of(options: Settings, folder: DataFolder, pool: ReaderPool) -> Reader:
    """What reads an object: with identity or, where the installation is pseudonymous, without."""
    if not options.pseudonymous:
        return pool.read
    key = folder.key("pseudonyms")
    return lambda path: pool.deidentified(path, key)
