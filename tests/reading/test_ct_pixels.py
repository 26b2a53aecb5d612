"""Pixels of CT images, in every way they are written, spoilt and hostile ones too: measured, or told why not."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.pixels.encoders import RLELosslessEncoder

from doseloop.dosimetry import ct_slice
from doseloop.model.ct_series import MeasuredImage, SliceMeasure, Why
from doseloop.reading.ct_pixels import measured_image
from doseloop.reading.limits import DEFAULT_LIMITS, ReadLimits
from doseloop.reading.object import read_object
from doseloop.reading.process import ProcessLimits, ReaderPool
from tests.reading import ct_images, images, reports

KEY = b"k" * 32


def hangs(plane: object, spacing_mm: tuple[float, float]) -> SliceMeasure | Why:
    """Measures for ever."""
    while True:
        pass


def dies(plane: object, spacing_mm: tuple[float, float]) -> SliceMeasure | Why:
    """Ends its process, as a decoder may on hostile bytes."""
    os._exit(3)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(1, measure=ct_slice.measured) as made:
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "image.dcm"


def found(path: Path, content: bytes, limits: ReadLimits = DEFAULT_LIMITS) -> MeasuredImage:
    path.write_bytes(content)
    image = measured_image(path, limits, ct_slice.measured)
    assert image is not None
    return image


def measure_of(image: MeasuredImage) -> SliceMeasure:
    (one,) = image.slices
    assert one.measure is not None, one.why_not
    return one.measure


def why(path: Path, content: bytes, limits: ReadLimits = DEFAULT_LIMITS) -> Why | None:
    (one,) = found(path, content, limits).slices
    assert (one.measure is None) != (one.why_not is None)
    return one.why_not


PLAIN = ct_images.axial()
CONTENT = reports.encode(PLAIN)


def test_an_axial_image_is_measured(path: Path) -> None:
    image = found(path, CONTENT)
    assert measure_of(image).water_equivalent_diameter_mm == pytest.approx(240, rel=0.005)
    assert (image.slices[0].name, image.slices[0].z_mm, image.slices[0].thickness_mm) == ("2.25.900.6.1", 5, 5)
    header = image.header
    assert (header.series_uid, header.event_uid, header.acquisition_number) == ("2.25.900.5", "2.25.900.88", "2")
    assert (header.kernel, header.field_of_view_mm, header.frame_of_reference_uid) == ("B30f", 384, "2.25.900.77")
    assert header.started_at == "2026-03-03T10:01:02.250000"


@pytest.mark.parametrize("encoding", ["implicit", "big endian", "deflated"])
def test_every_native_encoding_gives_the_same_measure(path: Path, encoding: reports.Encoding) -> None:
    made = ct_images.axial()
    if encoding == "big endian":
        made.PixelData = np.frombuffer(made.PixelData, "<i2").astype(">i2").tobytes()
    assert found(path, reports.encode(made, encoding)) == found(path, CONTENT)


def test_bits_above_those_that_are_stored_do_not_count(path: Path) -> None:
    made = ct_images.axial(BitsStored=12, HighBit=11, PixelRepresentation=0)
    made.PixelData = (np.frombuffer(made.PixelData, "<u2") | 0xA000).astype("<u2").tobytes()
    assert measure_of(found(path, reports.encode(made))) == measure_of(found(path, CONTENT))


def test_signed_values_of_twelve_bits_keep_their_sign(path: Path) -> None:
    made = ct_images.axial(BitsStored=12, HighBit=11, RescaleIntercept=0)
    made.PixelData = (ct_images.water().clip(-1024, 2047) & 0x0FFF).astype("<u2").tobytes()
    assert measure_of(found(path, reports.encode(made))) == measure_of(found(path, CONTENT))


def test_a_slope_and_an_intercept_make_ct_numbers(path: Path) -> None:
    made = ct_images.axial(RescaleSlope=0.5, RescaleIntercept=-1024, PixelRepresentation=0)
    made.PixelData = ((ct_images.water().astype(np.int32) + 1024) * 2).astype("<u2").tobytes()
    assert measure_of(found(path, reports.encode(made))) == measure_of(found(path, CONTENT))


def stored() -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    return (ct_images.water().astype(np.int32) + 1024).astype(np.uint16)


def rle() -> bytes:
    return RLELosslessEncoder.encode(
        stored(), rows=256, columns=256, samples_per_pixel=1, bits_allocated=16, bits_stored=16, pixel_representation=0,
        photometric_interpretation="MONOCHROME2", number_of_frames=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("uid", "frame"),
    [
        ("1.2.840.10008.1.2.5", rle()),
        ("1.2.840.10008.1.2.4.70", imagecodecs.ljpeg_encode(stored(), bitspersample=16)),
        ("1.2.840.10008.1.2.4.57", imagecodecs.ljpeg_encode(stored(), bitspersample=16)),
        ("1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode(stored())),
        ("1.2.840.10008.1.2.4.90", imagecodecs.jpeg2k_encode(stored(), reversible=True, codecformat="j2k")),
    ],
    ids=["RLE", "JPEG lossless", "JPEG lossless, any predictor", "JPEG-LS", "JPEG 2000"],
)
def test_every_lossless_compression_gives_the_same_measure(path: Path, uid: str, frame: bytes) -> None:
    content = with_syntax(uid, frame)
    assert measure_of(found(path, content)) == measure_of(found(path, CONTENT))


def with_syntax(uid: str, frame: bytes) -> bytes:
    return ct_images.compressed(ct_images.axial(PixelRepresentation=0), frame, uid)


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.201"])
def test_a_compression_that_is_not_read_is_told(path: Path, uid: str) -> None:
    assert why(path, with_syntax(uid, b"\xff\xd8\xff\xd9")) == "encoding"


@pytest.mark.parametrize("uid", [f"1.2.840.10008.1.2.{end}" for end in ("5", "4.70", "4.80", "4.90")])
@pytest.mark.parametrize("frame", [b"\0\0", b"\0" * 64, b"\xff\xd8\xff" + b"\xff" * 61, rle()[:200]])
def test_a_compressed_frame_that_is_spoilt_is_told(path: Path, uid: str, frame: bytes) -> None:
    assert why(path, with_syntax(uid, frame)) in ("undecodable", "cut-short")


def test_a_compressed_frame_of_another_size_is_told(path: Path) -> None:
    assert why(path, with_syntax("1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode(stored()[:100]))) == "undecodable"


@pytest.mark.parametrize("lost", [1, 1000, 256 * 256 * 2])
def test_pixels_that_are_cut_short_are_told(path: Path, lost: int) -> None:
    assert why(path, CONTENT[:-lost]) == "cut-short"
    assert read_object(CONTENT[:-lost]) == read_object(CONTENT)


def test_an_object_without_pixels_is_told(path: Path) -> None:
    header = read_object(CONTENT).header_bytes
    assert why(path, CONTENT[:header]) == "no-pixels"


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"Rows": 65535, "Columns": 65535}, "too-large"),
        ({"Rows": 0}, "undecodable"),
        ({"Rows": 2000}, "cut-short"),
        ({"BitsAllocated": 12}, "encoding"),
        ({"BitsStored": 0, "BitsAllocated": 0}, "encoding"),
        ({"HighBit": 3}, "encoding"),
        ({"SamplesPerPixel": 3}, "not-hu"),
        ({"PhotometricInterpretation": "RGB"}, "not-hu"),
        ({"RescaleSlope": None}, "not-hu"),
        ({"RescaleType": "US"}, "not-hu"),
        ({"PixelSpacing": None}, "no-spacing"),
        ({"PixelSpacing": [0, 1]}, "no-spacing"),
        ({"PixelSpacing": [1e9, 1]}, "no-spacing"),
        ({"NumberOfFrames": 2_000_000_000}, "cut-short"),
    ],
    ids=str,
)
def test_a_header_that_does_not_fit_its_pixels_is_told(path: Path, elements: dict[str, object], reason: Why) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = reports.encode(ct_images.axial(**elements))
    reasons = {one.why_not for one in found(path, content).slices}
    assert reason in reasons


def test_fewer_rows_than_there_are_give_a_smaller_image(path: Path) -> None:
    assert found(path, reports.encode(ct_images.axial(Rows=200))).slices[0].measure is not None


def test_limits_of_pixels_hold(path: Path) -> None:
    assert why(path, CONTENT, replace(DEFAULT_LIMITS, pixels=256 * 256 - 1)) == "too-large"
    small = replace(DEFAULT_LIMITS, compressed_bytes=1000)
    assert why(path, with_syntax("1.2.840.10008.1.2.5", rle()), small) == "too-large"


@pytest.mark.parametrize(
    "elements",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"ImageType": ["DERIVED", "SECONDARY", "REFORMATTED"]},
        {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1]},
        {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]},
        {"ImageOrientationPatient": None, "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"]},
    ],
    ids=["localiser", "derived", "coronal", "sagittal", "unknown"],
)
def test_what_is_no_axial_image_is_not_measured(path: Path, elements: dict[str, object]) -> None:
    path.write_bytes(reports.encode(ct_images.axial(**elements)))
    assert measured_image(path, DEFAULT_LIMITS, ct_slice.measured) is None


def test_a_tilted_gantry_still_is_axial(path: Path) -> None:
    assert measure_of(found(path, reports.encode(ct_images.axial(ImageOrientationPatient=[1, 0, 0, 0, 0.866, -0.5]))))


def test_every_frame_of_a_multi_frame_image_is_measured(path: Path) -> None:
    image = found(path, reports.encode(ct_images.enhanced(5)))
    assert [one.name for one in image.slices] == [f"2.25.900.6.1#{number}" for number in range(1, 6)]
    assert [one.z_mm for one in image.slices] == [0, 2, 4, 6, 8]
    assert {one.thickness_mm for one in image.slices} == {2}
    sizes = [one.measure.water_equivalent_diameter_mm for one in image.slices if one.measure]
    assert sizes == pytest.approx([120, 121, 122, 123, 124], rel=0.006)


def test_of_many_frames_some_are_measured_evenly(path: Path) -> None:
    image = found(path, reports.encode(ct_images.enhanced(9)), replace(DEFAULT_LIMITS, frames=3))
    assert [one.z_mm for one in image.slices] == [0, 8, 16]


def test_frames_that_are_missing_are_told_and_the_others_measured(path: Path) -> None:
    content = reports.encode(ct_images.enhanced(4))
    reasons = [one.why_not for one in found(path, content[: -256 * 256 * 2 - 2]).slices]
    assert reasons == [None, None, "cut-short", "cut-short"]


def test_an_image_of_no_patient_is_told(path: Path) -> None:
    air = np.full((256, 256), -1000, np.int16)
    assert why(path, reports.encode(ct_images.axial(plane=air))) == "no-patient"


def shipped(name: str) -> Path:
    found = get_testdata_file(name, download=False)
    if found is None:
        pytest.skip(f"{name} is not in this copy of pydicom")
    return Path(str(found))


def test_a_real_image_that_shows_a_part_of_the_patient_has_no_diameter() -> None:
    image = measured_image(shipped("CT_small.dcm"), DEFAULT_LIMITS, ct_slice.measured)
    assert image is not None
    assert [one.why_not for one in image.slices] == ["truncated"]
    assert image.header.kernel == "STANDARD"


def test_a_real_head_in_jpeg_2000_is_as_large_as_a_head() -> None:
    image = measured_image(shipped("J2K_pixelrep_mismatch.dcm"), DEFAULT_LIMITS, ct_slice.measured)
    assert image is not None
    measure = measure_of(image)
    assert 160 < measure.water_equivalent_diameter_mm < 200
    assert measure.water_equivalent_diameter_mm > measure.effective_diameter_mm


@pytest.mark.parametrize("name", ["693_J2KI.dcm", "MR_small_RLE.dcm", "JPEG2000.dcm", "image_dfl.dcm"])
def test_real_images_of_other_kinds_are_not_measured(name: str) -> None:
    assert measured_image(shipped(name), DEFAULT_LIMITS, ct_slice.measured) is None


def test_a_reader_process_tells_measures_beside_what_the_header_says(pool: ReaderPool, path: Path) -> None:
    path.write_bytes(CONTENT)
    result = pool.read(path)
    assert replace(result, measured=None) == read_object(CONTENT)
    assert result.measured == found(path, CONTENT)


def test_a_pseudonymous_reading_has_the_same_measures(pool: ReaderPool, path: Path) -> None:
    path.write_bytes(CONTENT)
    assert pool.deidentified(path, KEY).result.measured == pool.read(path).measured


def test_what_is_no_ct_image_is_read_as_before(pool: ReaderPool, path: Path) -> None:
    path.write_bytes(reports.encode(images.mammogram()))
    assert pool.read(path).measured is None


def test_without_a_measure_no_pixels_are_read(path: Path) -> None:
    path.write_bytes(CONTENT)
    with ReaderPool(1) as plain:
        assert plain.read(path) == read_object(CONTENT)


@pytest.mark.parametrize("measure", [hangs, dies])
def test_pixels_that_end_the_reader_change_nothing_of_the_header(path: Path, measure: object) -> None:
    path.write_bytes(CONTENT)
    with ReaderPool(1, ProcessLimits(wall_s=1.5), measure=measure) as pool:  # type: ignore[arg-type]
        result = pool.read(path)
    assert replace(result, measured=None) == read_object(CONTENT)
    assert result.measured is not None
    assert [one.why_not for one in result.measured.slices] == ["reader-stopped"]
    assert result.measured.header.event_uid == "2.25.900.88"
