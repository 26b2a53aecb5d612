"""Fuzz target: the content tree."""

from contextlib import suppress

from doseloop.model.errors import NotDose, ObjectError
from doseloop.reading.limits import ReadLimits
from doseloop.reading.object import read_content_tree, read_object
from tests.mutation.seeds import seeds

LIMITS = ReadLimits(report_bytes=1 << 20, items=20_000, inflated_bytes=1 << 22)


def one(data: bytes) -> None:
    """Read the tree, and of a tree what it says."""
    with suppress(ObjectError, NotDose):
        read_content_tree(data, LIMITS)
        read_object(data, LIMITS)


def corpus() -> list[bytes]:
    """The smaller seeds of the mutations."""
    return [seed.file for seed in seeds() if len(seed.file) < 8_000]
