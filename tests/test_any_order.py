"""Objects of one study in random orders, repetitions, and some before the rest, through the real chain into the record."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store.inbox import Inbox
from doseloop.store.models import AuditRow, Comment, DoseObjectRow, Event, Exam, Flag, Identity, Part, Patient
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import images, reports
from tests.test_pipeline import read, take_in

STUDY = "2.25.900"
Make = Callable[[], images.Dataset]


def of_the_study(made: images.Dataset, uid: str, **elements: Any) -> images.Dataset:
    """A report of the study and patient that the images are of."""
    patient = {"PatientID": "P1", "PatientName": "Doe^Jane", "PatientBirthDate": "19700101"}
    room = {"StationName": "ROOM1", "DeviceSerialNumber": "77", "StudyDate": "20260303", "StudyTime": "100000"}
    told = {"StudyInstanceUID": STUDY, "SOPInstanceUID": uid, "ContentDate": "20260303", **patient, **room, **elements}
    for keyword, value in told.items():
        setattr(made, keyword, value)
    return made


def ct(uid: str, many: int, minute: int, **elements: Any) -> Make:
    """A cumulative CT report of the first acquisitions."""
    return lambda: of_the_study(
        reports.ct_report(many, total=f"{250.5 * many}"), uid, ContentTime=f"10{minute:02}00", **elements
    )


def revised() -> images.Dataset:
    made = reports.ct_report([reports.ct_event("2.25.10")], total="99")
    made.ContentSequence[3].ContentSequence[5].ContentSequence[2].MeasuredValueSequence[0].NumericValue = "99"
    return of_the_study(made, "2.25.31", ContentTime="100100")


def runs() -> images.Dataset:
    made = reports.projection_report(reports.run(1, reports.image("2.25.900.11")), reports.run(2))
    return of_the_study(made, "2.25.33", ContentTime="100400")


def tracer() -> images.Dataset:
    given_to = reports.container(
        ("113502", "Radiopharmaceutical Administration"),
        reports.coded(("89457008", "Radionuclide"), ("C-111A1", "^18^Fluorine"), scheme="SRT"),
        reports.moment(("123003", "Radiopharmaceutical Start DateTime"), "20260303085500"),
        reports.num(("113507", "Administered activity"), "250", "MBq"),
    )
    made = reports.report("10021", given_to)
    made.ConceptNameCodeSequence[0].CodeValue = "113500"
    return of_the_study(made, "2.25.34", ContentTime="093000")


OTHER = {"PatientID": "P2", "PatientName": "Roe^Jane"}
"""Another patient's number, as a router or a corrected order gives it."""
OBJECTS: dict[str, Make] = {
    "the first acquisition": ct("2.25.31", 1, 1),
    "two acquisitions": ct("2.25.32", 2, 2),
    "two acquisitions, copied": ct("2.25.39", 2, 3),
    "two acquisitions of the other patient": ct("2.25.32", 2, 2, **OTHER),
    "the first acquisition revised under its UID": revised,
    "two runs": runs,
    "the image that the runs name": lambda: images.radiograph(SOPInstanceUID="2.25.900.11"),
    "an image that nothing links": lambda: images.radiograph(SOPInstanceUID="2.25.900.12", AcquisitionTime="110000"),
    "a tracer report": tracer,
    **{f"PET image {n}": lambda n=n: images.pet(n) for n in (1, 2, 3)},  # type: ignore[misc]
    "PET image 2 of the other patient": lambda: images.pet(2, **OTHER),
    "a PET image of another series": lambda: images.pet(7, SeriesInstanceUID="2.25.900.55"),
    "a CT image": images.ct,
    "a mammogram": images.mammogram,
    "the mammogram for presentation": lambda: images.mammogram(
        SOPInstanceUID="2.25.900.21", SeriesInstanceUID="2.25.900.56", PresentationIntentType="FOR PRESENTATION"
    ),
    "MR image 1": lambda: images.mr(1, SeriesInstanceUID="2.25.900.57"),
    "MR image 2": lambda: images.mr(2, SeriesInstanceUID="2.25.900.57"),
}


@cache
def content(name: str) -> bytes:
    return reports.encode(OBJECTS[name]())


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    inbox = Inbox(folder.spool, 10**8, 0)
    return Pipeline(read, inbox, Vault(folder.objects, folder.key("objects")), SiteDefaults("Main Hospital", "UTC"))


def taken_in(pipeline: Pipeline, *batches: list[str]) -> list[dict[str, object]]:
    """The exams that the objects make in a record without exams: one, or one for each patient where no object came with both.
    What is told does not tell in which order they came."""
    for model in (Flag, Event, Part, Exam, DoseObjectRow, Identity, Patient):
        model.objects.all().delete()
    for batch in batches:
        take_in(pipeline, [content(name) for name in batch])
    return sorted(map(told_of, Exam.objects.all()), key=str)


def told_of(exam: Exam) -> dict[str, object]:
    columns = (
        "kind",
        "role",
        "started_at",
        "dlp_mgy_cm",
        "dap_gy_cm2",
        "agd_mgy",
        "activity_mbq",
        "sar_whole_body_w_kg",
    )
    totals = ("modality", "is_estimate", "dlp_mgy_cm", "dap_gy_cm2", "activity_mbq")
    events, rows = Event.objects.filter(exam=exam), exam.dose_objects.exclude(standing="resend")
    return {
        "totals": sorted(map(str, exam.totals)),
        "issues": sorted(exam.issues),
        "parts": sorted(Part.objects.filter(exam=exam).values_list(*totals), key=str),
        "events": sorted(events.values_list("object__sop_instance_uid", "event_uid", *columns), key=str),
        "flags": sorted(Flag.objects.filter(exam=exam).exclude(state="withdrawn").values_list("rule", "state")),
        "objects": sorted(rows.values_list("sop_instance_uid", "state", "reason")),
        "revisions": rows.filter(standing="revision").count(),
        "further images": rows.filter(standing="further slice").count(),
    }


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)  # fmt: skip
@given(
    names=st.lists(st.sampled_from(sorted(OBJECTS)), unique=True, min_size=1, max_size=8),
    data=st.data(),
)
def test_any_order_repetition_and_subset_first_gives_the_same_exam(
    pipeline: Pipeline, names: list[str], data: st.DataObject
) -> None:
    straight = taken_in(pipeline, sorted(names))
    order = data.draw(st.permutations(names))
    first = data.draw(st.integers(0, len(order)))
    again = data.draw(st.lists(st.sampled_from(names), max_size=3))
    assert taken_in(pipeline, order[:first], again, order[first:]) == straight


def test_all_of_them_make_one_exam_in_which_nothing_counts_twice(pipeline: Pipeline) -> None:
    assert len(taken_in(pipeline, sorted(OBJECTS))) == 1
    exam = Exam.objects.get()
    assert (exam.activity_mbq, exam.agd_left_mgy) == (250, pytest.approx(1.25))
    kinds = Counter(Event.objects.values_list("kind", "part__modality"))
    assert kinds == {
        ("ct", "CT"): 2,
        ("projection", "RF"): 2,
        ("projection", "MG"): 1,
        ("tracer", "PT"): 1,
        ("mr", "MR"): 1,
    }


def test_two_exams_of_a_study_are_one_as_soon_as_a_copy_names_both_patients(pipeline: Pipeline) -> None:
    taken_in(pipeline, ["two acquisitions of the other patient", "the first acquisition"])
    assert Exam.objects.count() == 2
    Comment.objects.create(exam=Exam.objects.last(), text="said before", written_at=timezone.now())
    take_in(pipeline, [content("two acquisitions")])
    exam = Exam.objects.get()
    assert (exam.dlp_mgy_cm, exam.comments.count(), Flag.objects.filter(state="open").count()) == (501, 1, 0)
    assert AuditRow.objects.filter(action="exams joined").count() == 1
