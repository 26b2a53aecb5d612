"""Each limit of one object: what is at it is read, what is past it is refused for what it is."""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from doseloop.model.errors import Malformed, NotDose, TooDeep, TooLarge
from doseloop.reading.encoding import find_data_set
from doseloop.reading.limits import DEFAULT_LIMITS, MEBIBYTE, ReadLimits
from doseloop.reading.object import read_content_tree, read_object
from doseloop.reading.process import ReaderPool
from doseloop.reading.sr import ContentItem
from tests.reading.reports import ct_report, encode, num, projection_report, run


def size_of(item: ContentItem) -> int:
    return 1 + sum(map(size_of, item.children))


def with_sequences(levels: int) -> bytes:
    """A report whose header nests open sequences, which have to be walked."""
    inner = Dataset()
    inner.CodeValue = "deepest"
    for _ in range(levels):
        outer = Dataset()
        outer.RequestAttributesSequence = Sequence([inner])
        inner = outer
    report = ct_report()
    report.RequestAttributesSequence = inner.RequestAttributesSequence
    return encode(report, undefined=True)


def with_elements(number: int) -> Dataset:
    """An image header of so many elements more."""
    image = ct_report()
    image.SOPClassUID, image.Modality = "1.2.840.10008.5.1.4.1.1.2", "CT"
    del image.ContentSequence, image.ContentTemplateSequence, image.ConceptNameCodeSequence
    for index in range(number):
        image.add_new(0x00110000 + 0x1000 + index, "LO", "x")
    return image


def deflated(size: int) -> bytes:
    """A file whose deflated data set has so many bytes."""
    plain = encode(ct_report(), "deflated")
    data = find_data_set(plain, DEFAULT_LIMITS).data
    packer = zlib.compressobj(wbits=-15)
    return plain[: meta_end(plain)] + packer.compress(data.ljust(size, b"\0")) + packer.flush()


def meta_end(file: bytes) -> int:
    """Where the data set begins, by File Meta Information Group Length (0002,0000)."""
    return 144 + int.from_bytes(file[140:144], "little")


def test_as_many_content_items_as_the_limit_are_read_and_one_more_is_too_many() -> None:
    data = encode(ct_report(3))
    items = size_of(read_content_tree(data))
    assert size_of(read_content_tree(data, ReadLimits(items=items))) == items
    with pytest.raises(TooLarge, match="content items"):
        read_content_tree(data, ReadLimits(items=items - 1))


def test_a_report_as_long_as_the_limit_is_read_and_a_byte_more_is_too_large() -> None:
    data = encode(ct_report(3))
    found = find_data_set(data, DEFAULT_LIMITS)
    length = len(found.data) - found.start
    read_object(data, ReadLimits(report_bytes=length))
    with pytest.raises(TooLarge, match=f"{length} bytes"):
        read_object(data, ReadLimits(report_bytes=length - 1))


def test_sequences_of_the_header_are_nested_to_the_limit_and_no_deeper() -> None:
    read_object(with_sequences(63))
    with pytest.raises(TooDeep):
        read_object(with_sequences(64))


def test_as_many_elements_as_the_limit_are_stepped_through_and_one_more_is_too_many() -> None:
    image = with_elements(50)
    with pytest.raises(NotDose):
        read_object(encode(image), ReadLimits(elements=len(image)))
    with pytest.raises(TooLarge, match="elements"):
        read_object(encode(image), ReadLimits(elements=len(image) - 1))


def test_items_of_a_sequence_count_as_elements() -> None:
    image = with_elements(1)
    image.RequestAttributesSequence = Sequence([Dataset() for _ in range(300)])
    data = encode(image, undefined=True)
    with pytest.raises(NotDose):
        read_object(data, ReadLimits(elements=700))
    with pytest.raises(TooLarge, match="elements"):
        read_object(data, ReadLimits(elements=200))


def test_a_million_elements_end_in_time(tmp_path: Path) -> None:
    path = tmp_path / "many.dcm"
    path.write_bytes(encode(with_elements(1), "implicit", bare=True) + b"\x42\x00\x11\x00\0\0\0\0" * 1_100_000)
    with ReaderPool(1) as pool, pytest.raises(TooLarge, match="1000000 elements"):
        pool.read(path)


def test_a_report_of_as_many_events_as_the_limit_is_read_and_of_one_more_is_not() -> None:
    data = encode(projection_report(run(1), run(2), run(3)))
    assert len(read_object(data, ReadLimits(events=3)).dose.projection_events) == 3
    with pytest.raises(TooLarge, match="irradiation events"):
        read_object(data, ReadLimits(events=2))


def test_sentences_on_what_is_missing_are_counted_past_the_limit() -> None:
    wrong = [num(("113733", "KVP"), str(number), "bananas") for number in range(8)]
    data = encode(projection_report(run(1, *wrong)))
    assert len(read_object(data, ReadLimits(sentences=8)).dose.missing) == 8
    missing = read_object(data, ReadLimits(sentences=5)).dose.missing
    assert (len(missing), missing[-1]) == (6, "3 further values cannot be read.")


@pytest.mark.parametrize("size", [MEBIBYTE, 2 * MEBIBYTE, 2 * MEBIBYTE - 1])
def test_a_deflated_object_of_whole_mebibytes_is_inflated_whole(size: int) -> None:
    assert len(find_data_set(deflated(size), ReadLimits(inflate_ratio=2000)).data) == size


def test_a_deflated_object_as_long_as_the_limit_is_read_and_a_byte_more_is_too_large() -> None:
    data = deflated(500_000)
    read_object(data, ReadLimits(inflated_bytes=500_000))
    with pytest.raises(TooLarge, match="499999 bytes"):
        read_object(data, ReadLimits(inflated_bytes=499_999))


def test_a_deflated_object_is_held_to_its_ratio_past_the_first_mebibyte() -> None:
    data = deflated(4 * MEBIBYTE)
    packed = len(data) - meta_end(data)
    ratio = 3 * MEBIBYTE / packed
    find_data_set(data, ReadLimits(inflate_ratio=int(ratio) + 1))
    with pytest.raises(TooLarge):
        find_data_set(data, ReadLimits(inflate_ratio=int(ratio) - 1))


def test_a_file_as_long_as_the_limit_is_taken_into_memory_and_a_byte_more_is_not(tmp_path: Path) -> None:
    path = tmp_path / "report.dcm"
    path.write_bytes(encode(ct_report()))
    size = path.stat().st_size
    with ReaderPool(1, reading=replace(DEFAULT_LIMITS, object_bytes=size)) as pool:
        assert pool.read(path).dose.modality == "CT"
        path.write_bytes(encode(ct_report()) + b"\0")
        with pytest.raises(TooLarge, match=f"{size + 1} bytes"):
            pool.read(path)


def test_an_object_that_does_not_say_what_it_is_is_no_sound_object() -> None:
    nothing = Dataset()
    nothing.StudyInstanceUID = "2.25.2"
    nothing.SpecificCharacterSet = "ISO_IR 100"
    with pytest.raises(Malformed, match="SOP Class UID"):
        read_object(encode(nothing, bare=True))
