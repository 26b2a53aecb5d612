"""Elements and the file meta information: as pydicom reads them, and no error but `Malformed` on any bytes."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset

from doseloop.model.errors import Malformed, ObjectError
from doseloop.receive.elements import elements
from doseloop.receive.file_meta import file_meta
from doseloop.simulate.day import objects

OBJECT = objects(1, 1)[0]


def test_the_file_meta_information_names_the_object_as_pydicom_does() -> None:
    known, found = dcmread(io.BytesIO(OBJECT)).file_meta, file_meta(OBJECT)
    assert (found.sop_class_uid, found.sop_instance_uid, found.transfer_syntax_uid) == (
        known.MediaStorageSOPClassUID,
        known.MediaStorageSOPInstanceUID,
        known.TransferSyntaxUID,
    )


def test_elements_within_sequences_come_as_pydicom_finds_them() -> None:
    def every(dataset: Dataset) -> list[int]:
        return [int(element.tag) for element in dataset.iterall() if element.VR != "SQ"]

    found = [tag[0] << 16 | tag[1] for tag, _, _ in elements(OBJECT, file_meta(OBJECT).end)]
    assert found == every(dcmread(io.BytesIO(OBJECT)))


@given(st.binary(max_size=400))
def test_any_bytes_are_elements_or_malformed(content: bytes) -> None:
    with suppress(Malformed):
        for element in elements(content):
            assert 0 <= element.start <= element.end <= len(content)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_damaged_head_gives_uids_or_an_error_of_the_object(at: int, damage: bytes) -> None:
    with suppress(ObjectError):
        meta = file_meta(OBJECT[:at] + damage + OBJECT[at + len(damage) :])
        assert set(meta.sop_instance_uid) <= set("0123456789.")


@pytest.mark.parametrize("uid", [b"../../../etc/x", b"1.2\x00.3", b"1.2\n3", "1.2.\u0663".encode()])
def test_a_uid_with_other_characters_is_refused(uid: bytes) -> None:
    meta = b"\x02\0\x03\0UI" + len(uid).to_bytes(2, "little") + uid
    head = bytes(128) + b"DICM\x02\0\0\0UL\x04\0" + len(meta).to_bytes(4, "little") + meta
    with pytest.raises(Malformed):
        file_meta(head)
