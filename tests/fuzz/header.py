"""Fuzz target: file meta information and header."""

from contextlib import suppress

from doseloop.model.dose_object import Equipment
from doseloop.model.errors import NotDose, ObjectError
from doseloop.reading.encoding import find_data_set
from doseloop.reading.header import equipment, patient, people, read_data_set, study_header
from doseloop.reading.limits import ReadLimits
from doseloop.reading.values import CodeMemory
from tests.mutation.seeds import seeds

LIMITS = ReadLimits(report_bytes=1 << 20, items=20_000, inflated_bytes=1 << 22)


def one(data: bytes) -> None:
    """Read the header, whatever the object is."""
    with suppress(ObjectError, NotDose):
        header, _ = read_data_set(find_data_set(data, LIMITS), LIMITS, CodeMemory())
        patient(header), equipment(header, Equipment()), people(header, (), ())
        study_header(header)


def corpus() -> list[bytes]:
    """The headers of the mutations' seeds."""
    return [seed.file[:1500] for seed in seeds()]
