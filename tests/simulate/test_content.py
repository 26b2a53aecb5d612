from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.filereader import read_dataset
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping

from doseloop import simulate
from doseloop.simulate import codes
from doseloop.simulate.codes import Concept
from doseloop.simulate.content import ContentWriter, content, decimal_string

WRITER = ContentWriter("SCT", "utf-8")


def read_items(items: list[bytes]) -> Dataset:
    return read_dataset(BytesIO(content(items)), is_implicit_VR=False, is_little_endian=True)


def all_concepts() -> list[Concept]:
    listed = [value for value in vars(codes).values() if isinstance(value, Concept)]
    return [*listed, *codes.PLANES.values(), *codes.REGIONS.values()]


def meanings(scheme: str) -> dict[str, str]:
    entries: Any = concepts
    return {code: meaning for entry in entries[scheme].values() for code, (meaning, _) in entry.items()}


@pytest.mark.parametrize("seed", [1, 2])
def test_pydicom_writes_the_very_bytes_that_the_simulator_wrote(seed: int) -> None:
    for file in simulate.objects(6, seed, {"CT": 0.7, "XA": 0.3}):
        dataset = dcmread(BytesIO(file))
        for _ in dataset.iterall():
            pass
        written = BytesIO()
        dataset.save_as(written, enforce_file_format=True)
        assert written.getvalue() == file


@given(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\"), min_size=1)
)
def test_a_text_comes_back_as_it_was_written(text: str) -> None:
    dataset = read_items([WRITER.text(codes.COMMENT, text)])
    dataset.ContentSequence[0].SpecificCharacterSet = "ISO_IR 192"
    raw = dataset.ContentSequence[0].get_item("TextValue").value
    assert bytes(raw if isinstance(raw, bytes) else raw.encode()).decode().rstrip(" ") == text


@given(st.floats(min_value=1e-9, max_value=1e9).flatmap(lambda size: st.sampled_from((size, -size))))
def test_a_decimal_string_fits_sixteen_characters_and_keeps_ten_digits(value: float) -> None:
    written = decimal_string(value)
    assert len(written) <= 16
    assert float(written) == pytest.approx(value, rel=1e-9)


def test_every_dicom_code_has_the_meaning_of_the_standard() -> None:
    standard = meanings("DCM")
    for concept in all_concepts():
        if concept.scheme == "DCM":
            assert standard[concept.code] == concept.meaning


def test_every_older_snomed_code_means_the_same_concept() -> None:
    for concept in all_concepts():
        if concept.srt:
            assert mapping["SRT"][concept.srt] == concept.code


def test_a_moment_is_written_without_zone_to_the_millisecond() -> None:
    item = read_items([WRITER.moment(codes.EVENT_STARTED, datetime.combine(date(2026, 3, 1), time(9, 30)))])
    assert item.ContentSequence[0].DateTime == "20260301093000.000"
