"""Objects of every kind, from bytes in the inbox to the exam, its parts, events and totals."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import permutations

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.pipeline import Pipeline
from doseloop.reading.deidentify import deidentify
from doseloop.reading.head import object_bytes
from doseloop.reading.limits import DEFAULT_LIMITS
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.store import object_list
from doseloop.store.inbox import Inbox
from doseloop.store.models import DoseObjectRow, Event, Exam, Part
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import images, reports
from tests.shared import shared
from tests.test_pipeline import read, take_in


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    inbox = Inbox(folder.spool, 10**8, 0)
    return Pipeline(read, inbox, Vault(folder.objects, folder.key("objects")), SiteDefaults("Main Hospital", "UTC"))


def real(*names: str) -> list[bytes]:
    return [object_bytes(shared(f"corpus/open/{name}"), DEFAULT_LIMITS) for name in names]


def encoded(made: Iterable[images.Dataset]) -> list[bytes]:
    return [reports.encode(one) for one in made]


def test_a_radiograph_becomes_an_exam_with_its_area_dose(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded([images.radiograph()]))
    exam, event = Exam.objects.get(), Event.objects.get()
    assert (exam.modality, exam.event_count, exam.dap_gy_cm2) == ("DX", 1, pytest.approx(0.041))
    assert (event.kind, event.exposure_index, event.deviation_index) == ("projection", 250, -0.8)


def test_a_mammogram_becomes_an_exam_with_the_dose_of_each_breast(pipeline: Pipeline) -> None:
    other = images.mammogram(SOPInstanceUID="2.25.901", ImageLaterality="R", OrganDose=0.02, AcquisitionTime="100300")
    take_in(pipeline, encoded([images.mammogram(), other]))
    exam = Exam.objects.get()
    assert (exam.agd_left_mgy, exam.agd_right_mgy) == (pytest.approx(1.25), pytest.approx(2.0))
    event = Event.objects.order_by("started_at").first()
    assert event is not None
    assert (event.laterality, event.view, event.target_filter) == ("L", "MLO", "Rh/Ag")
    assert event.compression_thickness_mm == 52


def test_two_images_of_one_exposure_are_one_event(pipeline: Pipeline) -> None:
    shown = images.mammogram(
        SOPInstanceUID="2.25.901", SeriesInstanceUID="2.25.902", PresentationIntentType="FOR PRESENTATION"
    )
    take_in(pipeline, encoded([shown, images.mammogram()]))
    assert Exam.objects.get().event_count == 1
    assert Exam.objects.get().agd_left_mgy == pytest.approx(1.25)


def test_a_pet_series_is_one_administration_and_its_further_slices_are_counted(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded(images.pet(number) for number in (3, 1, 2, 4)))
    exam, event = Exam.objects.get(), Event.objects.get()
    assert (exam.modality, exam.activity_mbq) == ("PT", pytest.approx(250))
    assert (event.kind, event.radionuclide, event.product) == ("tracer", "F-18", "FDG")
    assert object_list.further_slices(SYSTEM, exam.pk) == {"2.25.900.5": 3}
    assert [one.sop_instance_uid for one in object_list.exam_objects(SYSTEM, exam.pk)] == ["2.25.900.8.1"]


def test_of_a_series_the_bytes_of_one_image_are_kept_and_no_pixels(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded(images.mr(number) for number in (2, 1, 3)))
    kept = [row for row in DoseObjectRow.objects.all() if pipeline.vault.holds(row.sha256)]
    assert [row.sop_instance_uid for row in kept] == ["2.25.900.7.1"]
    assert b"\xe0\x7f\x10\x00" not in pipeline.vault.read(kept[0].sha256)


def test_bytes_that_a_crash_left_of_further_images_go_at_the_next_start(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded(images.mr(number) for number in (2, 1, 3)))
    for row in DoseObjectRow.objects.all():
        pipeline.vault.keep(row.sha256, b"as if the worker had died before it destroyed them")
    assert pipeline.destroy_what_a_crash_left() == 2
    assert pipeline.destroy_what_a_crash_left() == 0
    kept = [row.sop_instance_uid for row in DoseObjectRow.objects.all() if pipeline.vault.holds(row.sha256)]
    assert kept == ["2.25.900.7.1"]


def test_any_order_of_slices_gives_the_same_exam(pipeline: Pipeline) -> None:
    found = set()
    for order in permutations((1, 2, 3)):
        Exam.objects.all().delete()
        DoseObjectRow.objects.all().delete()
        take_in(pipeline, encoded(images.ct(number, XRayTubeCurrent=100 * number) for number in order))
        found.add(tuple(Event.objects.values_list("tube_current_ma", "ctdi_vol_mgy", "role")))
    assert found == {((100.0, 7.5, "header estimate"),)}


def test_ct_images_are_an_estimate_until_a_report_comes_and_nothing_beside_it(pipeline: Pipeline) -> None:
    report = reports.ct_report(1)
    report.PatientID, report.PatientName, report.PatientBirthDate = "P1", "Doe^Jane", "19700101"
    report.StudyInstanceUID = "2.25.900"
    take_in(pipeline, encoded([images.ct()]))
    part = Part.objects.get()
    assert (part.is_estimate, part.eligible, part.dlp_mgy_cm) == (True, False, None)

    take_in(pipeline, encoded([report]))
    part = Part.objects.get()
    assert (part.is_estimate, part.eligible) == (False, True)
    assert list(Event.objects.values_list("role", flat=True)) == ["main"]


def test_mr_indices_stand_beside_their_series_and_in_no_total(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded([images.mr()]))
    event = Event.objects.get()
    assert (event.kind, event.sar_whole_body_w_kg, event.b1_rms_ut) == ("mr", 1.2, 2.5)
    assert Exam.objects.get().totals == []


def test_images_beside_a_report_are_its_exposures_or_possibly_twice(pipeline: Pipeline) -> None:
    report = reports.projection_report(reports.run(1, reports.image("2.25.900.1")))
    report.PatientID, report.PatientName, report.PatientBirthDate = "P1", "Doe^Jane", "19700101"
    report.StudyInstanceUID = "2.25.900"
    take_in(pipeline, encoded([report, images.radiograph()]))
    assert Exam.objects.get().event_count == 1
    assert not [issue for issue in Exam.objects.get().issues if "twice" in issue]

    take_in(pipeline, encoded([images.radiograph(SOPInstanceUID="2.25.900.2")]))
    assert Exam.objects.get().event_count == 1
    assert [issue for issue in Exam.objects.get().issues if "possibly twice" in issue]


def test_a_total_that_its_events_do_not_add_up_to_marks_the_object_and_shows_both(pipeline: Pipeline) -> None:
    take_in(pipeline, encoded([reports.ct_report(2, total="2505")]))
    row, exam = DoseObjectRow.objects.get(), Exam.objects.get()
    assert (row.state, row.reason_code) == ("read", "total-disagrees")
    assert "2,505" in row.reason.replace("2505", "2,505")
    assert "501" in row.reason
    assert [(one["stated"], one["summed"], one["used"]) for one in exam.totals] == [(2505, 501, "stated")]

    take_in(pipeline, encoded([reports.ct_report(2, total="501")]))
    assert DoseObjectRow.objects.order_by("pk").last().reason == ""  # type: ignore[union-attr]


@pytest.mark.parametrize("backwards", [False, True])
def test_the_pet_ct_study_is_one_exam_with_one_administration(pipeline: Pipeline, backwards: bool) -> None:
    names = ("NM-RRDSR-Siemens", "NM-CT-RDSR-Siemens", "NM-PetIm-Siemens", "NM-PetIm-Siemens-2", "NM-PetIm-Siemens-3",
             "NM-PetIm-Siemens-3-sameseries")  # fmt: skip
    contents = real(*(f"{name}.dcm" for name in names))
    take_in(pipeline, reversed(contents) if backwards else contents)
    exam = Exam.objects.get()
    assert (exam.activity_mbq, exam.dlp_mgy_cm) == (pytest.approx(394), pytest.approx(667.72))
    assert exam.effective_dose_msv == pytest.approx(7.486)
    assert list(Part.objects.order_by("position").values_list("modality", flat=True)) == ["PT", "CT"]
    assert Event.objects.filter(kind="tracer").count() == 1
    assert [issue for issue in exam.issues if "10:40:30" in issue and "10:48:30" in issue]


def test_the_images_of_two_exposures_are_two_events_of_one_breast(pipeline: Pipeline) -> None:
    contents = real(
        *(f"MG-Im-GE_Seno_{name}.dcm" for name in ("1_ForPresentation", "1_ForProcessing", "2_ForPresentation"))
    )
    take_in(pipeline, contents)
    exam = Exam.objects.get()
    assert (exam.event_count, exam.agd_left_mgy) == (2, pytest.approx(1.956))


@pytest.mark.parametrize(
    ("names", "dap"),
    [
        (("DX-Im-GE_XR220-1", "DX-Im-GE_XR220-2", "DX-Im-GE_XR220-3"), 0.328),
        (("DX-Im-Carestream_DR7500-1", "DX-Im-Carestream_DR7500-2"), 2.117),
    ],
)
def test_images_of_one_study_add_up(pipeline: Pipeline, names: tuple[str, ...], dap: float) -> None:
    take_in(pipeline, real(*(f"{name}.dcm" for name in names)))
    exam = Exam.objects.get()
    assert (exam.event_count, exam.dap_gy_cm2) == (len(names), pytest.approx(dap))


def test_every_real_object_ends_read_in_an_exam(pipeline: Pipeline) -> None:
    paths = sorted(shared("corpus/open").glob("*.dcm"))
    take_in(pipeline, [object_bytes(path, DEFAULT_LIMITS) for path in paths])
    assert set(DoseObjectRow.objects.values_list("state", flat=True)) == {"read"}
    assert not DoseObjectRow.objects.filter(exam=None).exists()


@pytest.mark.parametrize(
    "made", [images.radiograph(), images.mammogram(), images.pet(), images.nuclear(), images.mr(), images.ct()],
    ids=lambda one: one.Modality,
)  # fmt: skip
def test_an_image_without_identity_says_the_same_about_dose(made: images.Dataset) -> None:
    content = reports.encode(made)
    clean = deidentify(content, b"k" * 32)
    said = replace(clean.result.dose, identity_removed=None, patient=read_object(content).dose.patient)
    assert said == read_object(content).dose
    assert b"Doe" not in clean.content
    assert b"\xe0\x7f\x10\x00" not in clean.content


def test_a_dose_screen_without_identity_keeps_the_makers_dose() -> None:
    (content,) = real("CT-SC-Philips_Brilliance16P.dcm")
    assert deidentify(content, b"k" * 32).result.dose.ct_totals == read_object(content).dose.ct_totals
