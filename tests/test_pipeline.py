"""From bytes in the inbox to an exam in the record, by the real reader in this process."""

import io
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread

from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import Malformed, ReaderStopped
from doseloop.model.flag import Finding
from doseloop.pipeline import Pipeline
from doseloop.reading.object import read_object
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.worker import Worker
from doseloop.simulate.day import SimulatedExam, objects, workday
from doseloop.simulate.department import standard_department
from doseloop.simulate.faults import HighDose
from doseloop.store import claims, exams, findings
from doseloop.store.findings import ExamFinding
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import AuditRow, DoseObjectRow, Event, Exam, Flag, Identity, Part, Patient, Site
from doseloop.store.retry import put_back
from doseloop.store.scanners import SiteDefaults
from doseloop.store.vault import Vault
from tests.reading import reports

NOW = timedelta(0)


def read(path: Path) -> ReadResult:
    return read_object(path.read_bytes())


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    inbox = Inbox(folder.spool, 10**8, 0)
    return Pipeline(read, inbox, Vault(folder.objects, folder.key("objects")), SiteDefaults("Main Hospital", "UTC"))


def take_in(pipeline: Pipeline, contents: Iterable[bytes]) -> None:
    for content in contents:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    while taken := claims.claim("test", 16, timedelta(minutes=1)):
        for claim in taken:
            pipeline.settle(claim, pipeline.read(claim))


def a_cumulative_exam() -> SimulatedExam:
    day = workday(standard_department(), date(2026, 3, 3), 1)
    return next(exam for exam in day if len(set(exam.objects)) == 2)


def a_days_exams(number: int, procedure: str = "CT Head", **faults: HighDose) -> list[SimulatedExam]:
    found: list[SimulatedExam] = []
    for back in range(60):
        day = date(2026, 3, 2) + timedelta(days=back)
        found += [exam for exam in workday(standard_department(), day, 1) if exam.procedure == procedure]
        if len(found) >= number:
            break
    return found[:number]


def what_the_record_holds() -> list[tuple[object, ...]]:
    exams = Exam.objects.order_by("study_uid").values_list(
        "study_uid", "dlp_mgy_cm", "dap_gy_cm2", "event_count", "issues"
    )
    events = Event.objects.order_by("event_uid", "exam__study_uid").values_list(
        "event_uid", "dlp_mgy_cm", "dap_gy_cm2", "role"
    )
    return [tuple(map(str, row)) for row in (*exams, *events)]


def test_a_report_becomes_one_exam_with_its_truth(pipeline: Pipeline) -> None:
    exam = a_days_exams(1)[0]
    take_in(pipeline, exam.objects)

    row = Exam.objects.get()
    assert row.study_uid == exam.truth.study_uid
    assert row.dlp_mgy_cm == pytest.approx(exam.truth.dlp_mgy_cm)
    assert row.event_count == exam.truth.events
    assert Part.objects.get().procedure_id == "ct-head"
    assert set(DoseObjectRow.objects.values_list("state", flat=True)) == {"read"}
    assert list(pipeline.inbox.spool.iterdir()) == []


def test_the_original_bytes_are_kept(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    take_in(pipeline, [content])
    assert pipeline.vault.read(DoseObjectRow.objects.get().sha256) == content


def test_the_same_objects_again_change_nothing(pipeline: Pipeline) -> None:
    contents = objects(6, seed=5)
    take_in(pipeline, contents)
    before, changed = what_the_record_holds(), list(Exam.objects.values_list("changed", flat=True))

    take_in(pipeline, reversed(contents))

    assert what_the_record_holds() == before
    assert list(Exam.objects.values_list("changed", flat=True)) == changed


def test_a_resend_with_other_wrapping_is_silent(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    take_in(pipeline, [content])
    changed = Exam.objects.get().changed

    take_in(pipeline, [b"\x01" * 128 + content[128:]])

    assert DoseObjectRow.objects.count() == 2
    assert DoseObjectRow.objects.order_by("pk").last().standing == "resend"  # type: ignore[union-attr]
    assert Exam.objects.get().changed == changed


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)), again=st.lists(st.integers(0, 4), max_size=4))
def test_any_order_and_repetition_gives_the_same_exams(pipeline: Pipeline, order: list[int], again: list[int]) -> None:
    contents = [*a_cumulative_exam().objects, *objects(3, seed=5)][:5]
    for table in (Flag, Event, Part, DoseObjectRow, Exam, Identity, Patient):
        table.objects.all().delete()
    take_in(pipeline, contents)
    straight = what_the_record_holds()

    for table in (Flag, Event, Part, DoseObjectRow, Exam, Identity, Patient):
        table.objects.all().delete()
    for place in (*order, *again):
        take_in(pipeline, [contents[place % len(contents)]])

    assert what_the_record_holds() == straight


def test_a_truncated_report_is_quarantined_with_a_reason_and_kept(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    take_in(pipeline, [content[: len(content) // 2]])

    row = DoseObjectRow.objects.get()
    assert (row.state, row.reason_code) == ("quarantined", "truncated")
    assert row.hint
    assert not Exam.objects.exists()
    assert pipeline.vault.holds(row.sha256)


@pytest.mark.parametrize("content", [b"", b"\x00" * 200, b"DICM", b"%PDF-1.7 not dicom", b"\xff" * 4096])
def test_bytes_that_are_no_dicom_end_in_a_state(pipeline: Pipeline, content: bytes) -> None:
    take_in(pipeline, [content])
    assert DoseObjectRow.objects.get().state in ("quarantined", "not dose")


def test_a_reader_that_dies_costs_only_its_object_and_is_tried_once_more(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    (claim,) = claims.claim("test", 1, NOW)

    pipeline.settle(claim, ReaderStopped("killed"))
    assert DoseObjectRow.objects.get().state == "waiting"

    DoseObjectRow.objects.update(claimed_until=None)
    (again,) = claims.claim("test", 1, NOW)
    pipeline.settle(again, ReaderStopped("killed"))
    assert DoseObjectRow.objects.get().reason_code == "reader-stopped"


def test_identity_stands_in_one_table_and_nowhere_in_the_record_of_an_object(pipeline: Pipeline) -> None:
    take_in(pipeline, objects(3, seed=5))
    names = [identity.name.split("^")[0].encode() for identity in Identity.objects.all()]
    records = [zlib.decompress(bytes(row.record or b"")) for row in DoseObjectRow.objects.all()]
    details = [zlib.decompress(bytes(event.detail)) for event in Event.objects.all()]
    assert all(names)
    assert not [name for name in names for held in (*records, *details) if name in held]


def test_an_exam_of_four_times_its_group_is_flagged_once_its_past_is_complete(pipeline: Pipeline) -> None:
    ordinary = a_days_exams(60)
    take_in(pipeline, (content for exam in ordinary for content in exam.objects))
    pipeline.settle_quiet(NOW)
    day = date(2026, 6, 2)
    fault = HighDose("CT3", "CT Head", day, factor=4.0)
    planted = next(exam for exam in workday(standard_department(), day, 1, [fault]) if exam.truth.faults)

    take_in(pipeline, planted.objects)

    flag = Flag.objects.get(exam__study_uid=planted.truth.study_uid)
    assert (flag.rule, flag.state) == ("high-dose", "open")
    assert "times" in flag.sentence


def test_an_exam_is_provisional_until_its_study_was_quiet(pipeline: Pipeline) -> None:
    take_in(pipeline, objects(1, seed=5))
    assert not Exam.objects.get().settled
    assert pipeline.settle_quiet(timedelta(minutes=15)) == 0
    assert pipeline.settle_quiet(NOW) == 1
    assert Exam.objects.get().settled


def test_one_event_in_two_studies_is_flagged_in_both_and_never_merged(pipeline: Pipeline) -> None:
    exam = a_days_exams(1)[0]
    content = exam.objects[-1]
    uid = exam.truth.study_uid.encode()
    other = uid[:-1] + (b"1" if uid[-1:] != b"1" else b"2")
    take_in(pipeline, [content, content.replace(uid, other)])

    assert Exam.objects.count() == 2
    assert sorted(Flag.objects.values_list("rule", flat=True)) == ["same-event", "same-event"]


def test_a_report_of_another_kind_is_kept_for_a_version_that_reads_it(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5, mix={"CT": 1.0})
    renamed = {
        b"113811": b"113899",
        b"113819": b"113898",
        b"CT Acquisition": b"XX Acquisition",
        b"CT Accumul": b"XX Accumul",
    }
    other = content
    for name, new in renamed.items():
        other = other.replace(name, new)
    take_in(pipeline, [other])

    row = DoseObjectRow.objects.get()
    assert (row.state, row.reason_code) == ("not dose", "not-read-yet")
    assert pipeline.vault.read(row.sha256) == other


def rewritten(content: bytes, **elements: str | None) -> bytes:
    """A copy with header elements set, or removed where None."""
    data_set = dcmread(io.BytesIO(content))
    for keyword, value in elements.items():
        if value is None:
            delattr(data_set, keyword)
        else:
            setattr(data_set, keyword, value)
    written = io.BytesIO()
    data_set.save_as(written)
    return written.getvalue()


def test_one_number_at_two_sites_without_issuer_is_two_patients(pipeline: Pipeline) -> None:
    first, second = (exam.objects[-1] for exam in a_days_exams(2))
    names = [("Main Hospital", "ALPHA^ANNA"), ("Harbour", "BRAVO^BOB")]
    for (site, name), content in zip(names, (first, second), strict=True):
        Site.objects.get_or_create(name=site)
        here = {"InstitutionName": site, "PatientName": name, "PatientID": "4711", "IssuerOfPatientID": None}
        take_in(pipeline, [rewritten(content, **here)])
    assert Patient.objects.count() == 2


def test_a_report_without_number_joins_the_patient_of_its_study(pipeline: Pipeline) -> None:
    exam = a_cumulative_exam()
    bare = rewritten(exam.objects[0], PatientID="", IssuerOfPatientID=None)
    take_in(pipeline, [bare, exam.objects[-1]])
    assert Exam.objects.count() == 1
    assert Exam.objects.get().dlp_mgy_cm == pytest.approx(exam.truth.dlp_mgy_cm)


def test_a_corrected_patient_moves_the_exam_with_an_audit_row_and_the_old_report_makes_no_ghost(
    pipeline: Pipeline,
) -> None:
    content = a_days_exams(1)[0].objects[-1]
    corrected = rewritten(content, PatientID="OTHER1")
    take_in(pipeline, [content, corrected, b"\x01" * 128 + content[128:]])

    assert Exam.objects.count() == 1
    moved = Exam.objects.get()
    assert Identity.objects.get(patient=moved.patient, current=True).number == "OTHER1"
    assert AuditRow.objects.filter(action="moved to another patient", patient_key=moved.patient_id).count() == 1


def test_a_quarantined_object_that_comes_again_is_read_again(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    (claim,) = claims.claim("test", 1, NOW)
    pipeline.settle(claim, Malformed("a fault of ours"))
    assert DoseObjectRow.objects.get().state == "quarantined"

    take_in(pipeline, [content])
    assert DoseObjectRow.objects.get().state == "read"


def test_quarantined_objects_can_be_put_back(pipeline: Pipeline) -> None:
    (content,) = objects(1, seed=5)
    pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    (claim,) = claims.claim("test", 1, NOW)
    pipeline.settle(claim, Malformed("a fault of ours"))

    assert put_back(pipeline.inbox, pipeline.vault) == 1
    take_in(pipeline, [])
    assert DoseObjectRow.objects.get().state == "read"


def test_a_claim_that_ended_settles_nothing(pipeline: Pipeline) -> None:
    """A worker that was slower than its lease comes back after another settled the object."""
    (content,) = objects(1, seed=5)
    pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    (slow,) = claims.claim("slow", 1, NOW)
    outcome = pipeline.read(slow)
    (quick,) = claims.claim("quick", 1, NOW)
    pipeline.settle(quick, pipeline.read(quick))
    before = what_the_record_holds()

    pipeline.vault.keep(slow.sha256, content)
    assert isinstance(outcome, ReadResult)
    assert not pipeline.enter(slow, outcome)
    assert (DoseObjectRow.objects.get().standing, what_the_record_holds()) == ("current", before)


def test_the_newest_of_two_doses_under_one_uid_is_used_and_flagged(pipeline: Pipeline) -> None:
    content = a_days_exams(1)[0].objects[-1]
    later = dcmread(io.BytesIO(content))
    later.ContentTime = "235959"
    for item in later.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == "113811":
            total = next(one for one in item.ContentSequence if one.ConceptNameCodeSequence[0].CodeValue == "113813")
            total.MeasuredValueSequence[0].NumericValue = "4321"
    written = io.BytesIO()
    later.save_as(written)
    take_in(pipeline, [written.getvalue(), content])

    assert Flag.objects.filter(rule="revised-dose", state="open").count() == 1
    assert Exam.objects.get().dlp_mgy_cm == 4321.0


def test_an_empty_report_before_the_whole_one_is_no_hindrance(pipeline: Pipeline) -> None:
    exam = a_cumulative_exam()
    whole = dcmread(io.BytesIO(exam.objects[-1]))
    empty = dcmread(io.BytesIO(exam.objects[-1]))
    empty.SOPInstanceUID = empty.file_meta.MediaStorageSOPInstanceUID = f"{whole.SOPInstanceUID}.1"
    empty.ContentSequence = [
        item for item in empty.ContentSequence if item.ConceptNameCodeSequence[0].CodeValue not in ("113819",)
    ]
    for item in empty.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == "113811":
            item.ContentSequence = []
    written = io.BytesIO()
    empty.save_as(written)

    take_in(pipeline, [written.getvalue(), exam.objects[-1]])
    assert set(DoseObjectRow.objects.values_list("state", flat=True)) <= {"read", "partly read"}
    assert Exam.objects.get().dlp_mgy_cm == pytest.approx(exam.truth.dlp_mgy_cm)


def test_a_flag_that_was_set_aside_comes_back_when_its_finding_grows(folder: DataFolder, pipeline: Pipeline) -> None:
    take_in(pipeline, objects(1, seed=5))
    exam = Exam.objects.get()
    small = Finding("high-dose", "1", "exam 1 CT", "dose", "2.5 times", factor=2.5)
    findings.apply(exam.pk, [ExamFinding(small)])
    Flag.objects.update(state="set aside", verdict="large patient", judged_at=exam.received_at)

    findings.apply(exam.pk, [ExamFinding(replace(small, sentence="2.6 times", factor=2.6))])
    assert Flag.objects.get().state == "set aside"
    findings.apply(exam.pk, [ExamFinding(replace(small, sentence="50 times", factor=50.0))])

    assert (Flag.objects.get().state, Flag.objects.get().verdict) == ("open", "large patient")
    assert AuditRow.objects.filter(action="judged flag changed").count() == 2


def test_a_worker_goes_on_when_the_bytes_of_one_object_are_gone(pipeline: Pipeline) -> None:
    contents = objects(3, seed=5)
    for content in contents:
        pipeline.inbox.put(io.BytesIO(content), Origin("ingest"))
    lost = DoseObjectRow.objects.order_by("pk").first()
    assert lost is not None
    pipeline.inbox.drop(lost.sha256)
    worker = Worker("test", pipeline, ThreadPoolExecutor(1))
    for _ in range(2):
        worker.step()
        DoseObjectRow.objects.update(claimed_until=None)

    assert sorted(DoseObjectRow.objects.values_list("state", flat=True)) == ["quarantined", "read", "read"]


def test_an_excluded_exam_is_not_judged(pipeline: Pipeline) -> None:
    exam = a_days_exams(1)[0]
    content = exam.objects[-1]
    uid = exam.truth.study_uid.encode()
    take_in(pipeline, [content])
    Exam.objects.update(excluded_as="phantom")
    take_in(pipeline, [content.replace(uid, uid[:-1] + (b"1" if uid[-1:] != b"1" else b"2"))])

    assert [flag.exam.excluded_as for flag in Flag.objects.filter(state="open") if flag.exam] == [""]


def test_a_scanner_that_gives_one_uid_to_all_events_is_flagged_in_each_exam_at_a_bounded_cost(
    pipeline: Pipeline,
) -> None:
    studies = [reports.ct_report(1) for _ in range(27)]
    for number, study in enumerate(studies):
        study.StudyInstanceUID, study.SOPInstanceUID = f"2.25.70{number}", f"2.25.71{number}"
    take_in(pipeline, map(reports.encode, studies))
    assert Flag.objects.filter(rule="same-event").count() == 27
    assert len(exams.in_other_exams(Exam.objects.latest("pk").pk)) == 25
