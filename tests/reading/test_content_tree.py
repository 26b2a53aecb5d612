"""The content tree: the same as pydicom's in every encoding, and nothing cut or nested too deep passes for whole."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread

from doseloop.model.errors import Malformed, NotDose, ObjectError, TooDeep, TooLarge, Truncated
from doseloop.reading.limits import ReadLimits
from doseloop.reading.object import read_content_tree, read_object
from doseloop.reading.values import CodeMemory
from tests.reading import reports
from tests.reading.reports import ENCODINGS, Encoding, encode

LETTERS = st.text("abc XYZ'æøåÄñ0123-", min_size=1, max_size=12).map(str.strip).filter(bool)
CONCEPTS = st.tuples(st.sampled_from(["113733", "125203", "113769", "X1", "X22"]), LETTERS)
LEAVES = st.one_of(
    st.builds(reports.text, CONCEPTS, LETTERS),
    st.builds(
        reports.num, CONCEPTS, st.one_of(st.none(), st.integers(-9999, 9999)), st.sampled_from(["mm", "kV", "1"])
    ),
    st.builds(reports.coded, CONCEPTS, st.one_of(st.none(), CONCEPTS)),
    st.builds(reports.uid, CONCEPTS, st.sampled_from(["1.2.3", "2.25.77", "1.2.34"])),
    st.builds(reports.image, st.sampled_from(["1.2.3.4", "2.25.771"])),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.tuples(CONCEPTS, st.lists(below, max_size=4)).map(
        lambda made: reports.container(made[0], *made[1])
    ),
    max_leaves=12,
)


def chain(levels: int) -> Dataset:
    """A report whose tree is so many levels deep, the root counted."""
    item = reports.text(("125203", "Acquisition Protocol"), "deepest")
    for _ in range(levels - 2):
        item = reports.container(("113811", "CT Accumulated Dose Data"), item)
    return reports.report("10011", item)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(children=st.lists(TREES, min_size=1, max_size=4), encoding=st.sampled_from(ENCODINGS), undefined=st.booleans())
def test_any_tree_is_read_as_pydicom_reads_it(children: list[Dataset], encoding: Encoding, undefined: bool) -> None:
    report = reports.report("10011", *children)
    report.SpecificCharacterSet = "ISO_IR 192"
    data = encode(report, encoding, undefined=undefined)
    assert read_content_tree(data) == reports.as_pydicom_reads(dcmread(BytesIO(data)))


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_same_reading(encoding: Encoding, undefined: bool) -> None:
    plain = read_object(encode(reports.ct_report(2)))
    assert read_object(encode(reports.ct_report(2), encoding, undefined=undefined)) == plain


@pytest.mark.parametrize("encoding", ["explicit", "implicit", "big endian"])
def test_a_data_set_without_preamble_is_read(encoding: Encoding) -> None:
    bare = encode(reports.ct_report(), encoding, bare=True)
    assert bare[128:132] != b"DICM"
    assert read_object(bare).dose.ct_events == read_object(encode(reports.ct_report())).dose.ct_events


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_report_cut_anywhere_is_never_taken_for_whole(encoding: Encoding, undefined: bool) -> None:
    data = encode(reports.projection_report(reports.run()), encoding, undefined=undefined)
    if encoding == "deflated":
        data = data.removesuffix(b"\0")  # pads the stream to even length (PS3.5 section A.5) and carries nothing
    for cut in range(len(data)):
        with pytest.raises(ObjectError):
            read_object(data[:cut])


def test_zeros_after_a_report_are_padding() -> None:
    data = encode(reports.ct_report())
    assert read_object(data + b"\0" * 700) == read_object(data)


def test_bytes_after_a_report_that_are_no_element_make_it_malformed_or_truncated() -> None:
    with pytest.raises(ObjectError):
        read_object(encode(reports.ct_report()) + b"\x41\x00\x10")


@pytest.mark.parametrize("undefined", [False, True])
def test_sixty_four_levels_are_read(undefined: bool) -> None:
    item = read_content_tree(encode(chain(64), undefined=undefined))
    for _ in range(63):
        (item,) = item.children
    assert item.text == "deepest"
    assert item.place.count(".") == 63


@pytest.mark.parametrize("undefined", [False, True])
def test_sixty_five_levels_are_too_deep(undefined: bool) -> None:
    with pytest.raises(TooDeep):
        read_content_tree(encode(chain(65), undefined=undefined))


def test_more_items_than_the_limit_are_too_many() -> None:
    with pytest.raises(TooLarge):
        read_content_tree(encode(reports.ct_report(3)), ReadLimits(items=40))


def test_a_longer_report_than_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        read_content_tree(encode(reports.ct_report(3)), ReadLimits(report_bytes=2000))


def test_a_deflated_bomb_is_refused_before_it_is_large() -> None:
    report = reports.ct_report()
    report.EncapsulatedDocument = bytes(10_000_000)
    with pytest.raises(TooLarge):
        read_object(encode(report, "deflated"))


@pytest.mark.parametrize("value", [b"\xfe\xff\xff\xff", b"\xff\xff\xff\x7f"])
def test_a_declared_length_of_gigabytes_is_truncated(value: bytes) -> None:
    data = encode(reports.ct_report())
    at = data.index(b"\x40\x00\x30\xa7SQ") + 8
    with pytest.raises(Truncated, match=r"runs .* past the end of the object"):
        read_object(data[:at] + value + data[at + 4 :])


def test_an_item_longer_than_its_sequence_is_malformed() -> None:
    data = encode(reports.ct_report())
    at = data.index(b"\xfe\xff\x00\xe0", data.index(b"\x40\x00\x30\xa7SQ")) + 4
    longer = int.from_bytes(data[at : at + 4], "little") + 2
    with pytest.raises((Malformed, Truncated)):
        read_object(data[:at] + longer.to_bytes(4, "little") + data[at + 4 :])


def test_a_report_without_its_content_is_truncated() -> None:
    report = reports.ct_report()
    del report.ContentSequence
    with pytest.raises(Truncated, match="Content Sequence"):
        read_object(encode(report))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"DICM", b"\0" * 128 + b"DICM", b"hello world, this is text", b"\0" * 5000]
)
def test_what_is_no_data_set_is_refused(data: bytes) -> None:
    with pytest.raises(ObjectError):
        read_object(data)


@settings(max_examples=300, deadline=None)
@given(noise=st.binary(max_size=400), flips=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=6))
def test_spoilt_bytes_raise_nothing_but_errors_of_objects(noise: bytes, flips: list[tuple[int, int]]) -> None:
    spoilt = bytearray(SAMPLE)
    for at, value in flips:
        spoilt[at % len(spoilt)] = value
    for data in (bytes(spoilt), noise, SAMPLE[:140] + noise, SAMPLE[:600] + noise + SAMPLE[600:]):
        with suppress(ObjectError, NotDose):
            read_object(data)


def test_codes_of_one_report_are_remembered_for_the_next_without_changing_it() -> None:
    memory = CodeMemory()
    first, second = encode(reports.ct_report(1)), encode(reports.ct_report(2), "implicit", undefined=True)
    for data in (first, second, first, second):
        assert read_content_tree(data, memory=memory) == read_content_tree(data)


def test_a_code_whose_bytes_hold_a_delimiter_is_read_whole() -> None:
    report = reports.ct_report()
    named = reports.text(("125203", "Acquisition Protocol"), "y")
    named.ConceptNameCodeSequence[0].add_new(0x00091001, "OB", b"\xfe\xff\xdd\xe0\0\0\0\0")
    named.ConceptNameCodeSequence[0].add_new(0x00090010, "LO", "MAKER")
    report.ContentSequence.append(named)
    report.ContentSequence.append(named)
    tree = read_content_tree(encode(report, undefined=True))
    assert [item.text for item in tree.children[-2:]] == ["y", "y"]


SAMPLE = encode(reports.ct_report())


@settings(max_examples=150, deadline=None)
@given(st.lists(TREES, min_size=1, max_size=3), st.sampled_from(ENCODINGS), st.booleans(), st.data())
def test_what_was_read_before_whole_or_spoilt_changes_speed_alone(
    children: list[Dataset], encoding: Encoding, undefined: bool, drawn: st.DataObject
) -> None:
    report = reports.report("10011", *children)
    report.SpecificCharacterSet = "ISO_IR 192"
    sound = encode(report, encoding, undefined=undefined)
    other = bytearray(encode(report, encoding, undefined=not undefined))
    memory = CodeMemory()
    for _ in range(3):
        other[drawn.draw(st.integers(140, len(other) - 1))] = drawn.draw(st.integers(0, 255))
        with suppress(ObjectError):
            read_content_tree(bytes(other), memory=memory)
    assert read_content_tree(sound, memory=memory) == read_content_tree(sound)
    assert read_content_tree(sound, memory=memory) == read_content_tree(sound)
