"""Of an image only the header is read from the disk; a report is read whole."""

from pathlib import Path

import pytest

from doseloop.model.errors import TooLarge
from doseloop.reading import head
from doseloop.reading.head import FIRST_BYTES, object_bytes
from doseloop.reading.limits import DEFAULT_LIMITS, ReadLimits
from doseloop.reading.object import read_object
from tests.reading import images, reports
from tests.reading.reports import ENCODINGS, Encoding


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "object.dcm"


@pytest.mark.parametrize("encoding", [one for one in ENCODINGS if one != "deflated"])
@pytest.mark.parametrize("filling", [0, FIRST_BYTES, 3 * FIRST_BYTES])
def test_what_is_read_ends_where_the_pixels_begin(path: Path, encoding: Encoding, filling: int) -> None:
    made = images.mammogram()
    made.private_block(0x0019, "FILLER", create=True).add_new(1, "OB", bytes(filling))
    made.PixelData = bytes(4 * FIRST_BYTES)
    whole = reports.encode(made, encoding)
    path.write_bytes(whole)
    data = object_bytes(path, DEFAULT_LIMITS)
    result = read_object(data)
    assert len(data) == result.header_bytes < len(whole) - 4 * FIRST_BYTES + 16
    assert result.dose == read_object(whole).dose


def test_a_small_image_says_how_much_of_it_is_kept(path: Path) -> None:
    whole = reports.encode(images.pet())
    path.write_bytes(whole)
    result = read_object(object_bytes(path, DEFAULT_LIMITS))
    assert result.header_bytes is not None
    assert whole[result.header_bytes :][:4] == b"\xe0\x7f\x10\x00"


def test_a_long_report_is_read_whole(path: Path) -> None:
    long = reports.ct_report(1)
    long.ContentSequence.extend(reports.text(("121106", "Comment"), "x" * 1000) for _ in range(600))
    whole = reports.encode(long)
    assert len(whole) > head.FIRST_BYTES
    path.write_bytes(whole)
    assert object_bytes(path, DEFAULT_LIMITS) == whole


def test_a_header_without_end_is_refused(path: Path) -> None:
    made = images.mammogram()
    made.private_block(0x0019, "FILLER", create=True).add_new(1, "OB", bytes(4 * FIRST_BYTES))
    path.write_bytes(reports.encode(made))
    with pytest.raises(TooLarge):
        object_bytes(path, ReadLimits(report_bytes=-(1 << 20) + FIRST_BYTES))
