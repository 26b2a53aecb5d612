"""Axial CT images through the real chain: one series, whatever order they come in and whatever becomes of the exam."""

import io
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doseloop.dosimetry import ct_slice
from doseloop.dosimetry.ssde import conversion_factor
from doseloop.harmonise.series_of_event import diameters, noises_hu
from doseloop.model.ct import CtEvent
from doseloop.model.ct_series import CtSeries
from doseloop.pipeline import Pipeline
from doseloop.reading.process import ReaderPool
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.readers import measure_of, reader_of
from doseloop.roles.reprocessing import over
from doseloop.roles.settings import Settings
from doseloop.roles.worker import pipeline_of
from doseloop.store import claims, ct_series, kept, slice_records
from doseloop.store.inbox import Origin
from doseloop.store.models import CtSeriesRow, DoseObjectRow, Event, Exam, Identity
from doseloop.store.packing import unpack
from tests.holdings import where
from tests.reading import ct_images, images, reports
from tests.record import contents

SLICES = 20


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(1, measure=ct_slice.measured) as made:
        yield made


@pytest.fixture
def pipeline(folder: DataFolder, pool: ReaderPool) -> Pipeline:
    options = Settings(floor_bytes=0)
    return pipeline_of(options, folder, reader_of(options, folder, pool))


@cache
def image(number: int, **elements: str) -> bytes:
    """A slice of a patient who grows towards the head, from 200 mm by 2 mm a slice."""
    return reports.encode(ct_images.axial(number, ct_images.water(200.0 + 2 * number, seed=number), **elements))


@cache
def report() -> bytes:
    made = reports.ct_report([reports.ct_event("2.25.900.88")], total="250.5")
    told = {
        "PatientID": "P1",
        "PatientName": "Doe^Jane",
        "PatientBirthDate": "19700101",
        "StudyInstanceUID": "2.25.900",
    }
    for keyword, value in {**told, "SOPInstanceUID": "2.25.900.31", "StudyDate": "20260303"}.items():
        setattr(made, keyword, value)
    return reports.encode(made)


def take_in(pipeline: Pipeline, objects: Iterable[bytes]) -> None:
    for content in objects:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    while taken := claims.claim("test", 16, timedelta(minutes=1)):
        for claim in taken:
            pipeline.settle(claim, pipeline.read(claim))


def only_series() -> CtSeries:
    (found,) = ct_series.series_of(Exam.objects.get(part_of=None).pk)
    return found


def events() -> list[CtEvent]:
    return [unpack(bytes(row.detail), CtEvent) for row in Event.objects.filter(kind="ct").order_by("position")]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_slices_in_any_order_are_one_series_that_shows_the_event_of_the_report(
    pipeline: Pipeline, seed: int
) -> None:
    objects = [report(), *(image(number) for number in range(SLICES))]
    random.Random(seed).shuffle(objects)
    take_in(pipeline, objects)

    series = only_series()
    assert (len(series.slices), series.header.kernel, series.header.event_uid) == (SLICES, "B30f", "2.25.900.88")
    assert [z for z, _ in series.profile] == [5.0 * number for number in range(SLICES)]
    assert [dw for _, dw in series.profile] == pytest.approx([200.0 + 2 * n for n in range(SLICES)], rel=0.005)
    found = diameters(events(), ct_series.series_of(Exam.objects.get().pk))
    assert found[0].value_mm == pytest.approx(219, rel=0.003)
    assert found[0].truncated_share == 0
    assert CtSeriesRow.objects.count() == 1
    assert Exam.objects.get().dlp_mgy_cm == 250.5


def test_size_and_dose_for_the_size_are_computed_as_images_come_and_once(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(), *(image(number) for number in range(SLICES))])
    assert pipeline.take_images_in() == 1
    row = Event.objects.get(kind="ct")
    assert row.water_equivalent_diameter_mm == pytest.approx(219, rel=0.003)
    assert row.ctdi_vol_mgy is not None
    assert row.ssde_mgy == pytest.approx(
        row.ctdi_vol_mgy * conversion_factor(row.water_equivalent_diameter_mm / 10, 32)
    )
    changed = Exam.objects.get().changed
    assert pipeline.take_images_in() == 0
    assert Exam.objects.get().changed == changed


def test_images_before_the_report_give_the_same_values(pipeline: Pipeline) -> None:
    take_in(pipeline, [*(image(number) for number in range(SLICES)), report()])
    pipeline.take_images_in()
    row = Event.objects.get(kind="ct")
    assert row.water_equivalent_diameter_mm == pytest.approx(219, rel=0.003)
    assert row.ssde_mgy is not None


def test_the_noise_of_the_event_is_that_of_its_images(pipeline: Pipeline) -> None:
    take_in(pipeline, [report(), *(image(number, PixelSpacing="1.0\\1.0") for number in range(3))])
    assert noises_hu(events(), [only_series()])[0] == pytest.approx(10, rel=0.05)


def test_images_that_come_again_are_one(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(number) for number in (2, 1, 3)])
    before = list(CtSeriesRow.objects.values_list("header", "slices"))
    take_in(pipeline, [b"\x01" * 128 + image(number)[128:] for number in (1, 3, 2, 1)])
    assert list(CtSeriesRow.objects.values_list("header", "slices")) == before


def test_the_pixels_are_dropped(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(number) for number in range(3)])
    held = [row.sha256 for row in DoseObjectRow.objects.all() if pipeline.vault.holds(row.sha256)]
    assert [len(pipeline.vault.read(sha256)) < 2000 for sha256 in held] == [True]
    assert list(pipeline.inbox.spool.iterdir()) == []


def test_a_further_image_costs_two_statements_more_than_without(pipeline: Pipeline, folder: DataFolder) -> None:
    options = Settings(floor_bytes=0)
    with ReaderPool(1) as unmeasured:
        plain = pipeline_of(options, folder, reader_of(options, folder, unmeasured))
        take_in(pipeline, [image(number) for number in range(3)])
        asked = []
        for chain, number in ((plain, 3), (pipeline, 4)):
            chain.inbox.put(io.BytesIO(image(number)), Origin("ingest"))
            (claim,) = claims.claim("test", 1, timedelta(minutes=1))
            outcome = chain.read(claim)
            with CaptureQueriesContext(connection) as captured:
                chain.settle(claim, outcome)
            asked.append(len(captured))
    assert asked[1] - asked[0] <= 2
    assert len(only_series().slices) == 4


def test_acquisitions_of_one_series_stay_apart(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(1), image(2), image(3, IrradiationEventUID="2.25.900.89")])
    found = ct_series.series_of(Exam.objects.get().pk)
    assert [(one.header.event_uid[-2:], len(one.slices)) for one in found] == [("88", 2), ("89", 1)]


def test_localisers_and_images_of_other_kinds_make_no_series(pipeline: Pipeline) -> None:
    localiser = reports.encode(ct_images.axial(1, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]))
    take_in(pipeline, [localiser, reports.encode(images.mr(1)), report()])
    assert not CtSeriesRow.objects.exists()


def test_a_picture_that_cannot_be_measured_is_read_and_says_why(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(1)[:-5000], image(2)[:-5000]])
    series = only_series()
    assert set(DoseObjectRow.objects.values_list("state", flat=True)) == {"read"}
    assert series.diameter is None
    assert series.why_not == "0 of 2 images could be measured. Its pixels end before the last row."


def test_exams_that_become_one_have_the_series_of_both(pipeline: Pipeline) -> None:
    other = {"PatientID": "P2", "PatientName": "Roe^Jane"}
    take_in(pipeline, [image(1), image(2), image(3, **other), image(4, **other)])
    assert [len(ct_series.series_of(exam.pk)[0].slices) for exam in Exam.objects.order_by("pk")] == [2, 2]
    take_in(pipeline, [image(1, **other)])
    assert Exam.objects.count() == 1
    assert [z for z, _ in only_series().profile] == [5, 10, 15, 20]


def test_an_exam_that_moves_to_another_patient_keeps_its_series(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(1), image(2), image(2, PatientID="P2", PatientName="Roe^Jane")])
    assert Identity.objects.get(patient=Exam.objects.get().patient).number == "P2"
    assert len(only_series().slices) == 2


def test_an_exam_that_counts_in_another_brings_its_series(pipeline: Pipeline) -> None:
    take_in(pipeline, [image(1), image(2), image(3, PatientID="P2", PatientName="Roe^Jane")])
    first, second = Exam.objects.order_by("pk")
    Exam.objects.filter(pk=second.pk).update(part_of=first)
    assert len(only_series().slices) == 3


def test_making_an_exam_anew_and_reading_its_headers_again_keep_the_series(
    pipeline: Pipeline, folder: DataFolder, pool: ReaderPool
) -> None:
    take_in(pipeline, [report(), *(image(number) for number in range(4))])
    pipeline.take_images_in()
    before = contents(settings.RECORD)["store_ctseriesrow"]
    pipeline.remake(Exam.objects.get().pk)
    with ThreadPoolExecutor(1) as threads:
        again = over(Settings(floor_bytes=0), folder, pool, threads, apply=True)
        assert all(not one.changes for one in again.run(kept.Which(again=True)))
    assert contents(settings.RECORD)["store_ctseriesrow"] == before


def test_of_too_many_images_a_sample_is_kept_and_told(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slice_records, "MOST_SLICES", 5)
    take_in(pipeline, [image(number) for number in range(9)])
    series = only_series()
    assert (len(series.slices), series.is_sample) == (5, True)
    assert series.diameter is not None
    assert "a sample of 5 images" in series.diameter.detail


def test_a_pseudonymous_installation_measures_too_and_holds_no_name(folder: DataFolder, pool: ReaderPool) -> None:
    options = Settings(floor_bytes=0, pseudonymous=True)
    pipeline = pipeline_of(options, folder, reader_of(options, folder, pool))
    take_in(pipeline, [report(), *(image(number) for number in range(3))])
    assert diameters(events(), [only_series()])[0].value_mm == pytest.approx(202, rel=0.004)
    assert where(folder, ("doe^jane", "19700101")) == set()


def test_measuring_is_switched_off_by_a_setting() -> None:
    assert measure_of(Settings()) is ct_slice.measured
    assert measure_of(Settings(measure_images=False)) is None
