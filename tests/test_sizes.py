"""Sizes from a file: what is filled, what is contradicted, what is refused, and taking it back."""

import io
from datetime import timedelta
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.harmonise.sizes import DEFAULT_WINDOWS
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, patient_merging, size_import
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Decision, Exam, Measurement, Part, Site, SizeImport
from doseloop.store.numbers import numbers
from doseloop.store.patient_merging import Merging
from doseloop.store.procedures import bring_up_to_date
from doseloop.store.size_file import size_lines
from doseloop.store.size_import import NO_EXAM, SEVERAL, SIZES, Draft
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in
from tests.test_name_mapping import follow
from tests.test_patient_merging import key

DAY = "2026-03-01"


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    """Exams on 1 March: of A without a size, of B with 80 kg, of the child C without."""
    bring_up_to_date()
    made = pipeline_over(folder)
    take_in(made, [report(1, "A"), report(2, "B", weight="80"), report(3, "C", born="20240301")])
    return made


def report(number: int, who: str, weight: str = "", born: str = "19600101", on: str = DAY) -> bytes:
    made = reports.ct_report(1)
    made.SOPInstanceUID, made.StudyInstanceUID = f"2.25.4{number}", f"2.25.5{number}"
    made.PatientID, made.PatientName, made.PatientBirthDate = who, f"Person^{who}", born
    made.PatientAge, made.PatientWeight, made.PatientSize = "", weight or None, None
    made.StudyDate, made.StudyTime, made.AccessionNumber = on.replace("-", ""), "120000", f"ACC{number}"
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


def read(text: str) -> Draft:
    lines = size_lines(io.BytesIO(text.encode()))
    site = Site.objects.values_list("pk", flat=True)[0]
    return size_import.read(SYSTEM, site, lines, numbers(None), DEFAULT_WINDOWS, COMMAND, pseudonymous=False)


def accept(text: str, pipeline: Pipeline, over: tuple[int, ...] = ()) -> str:
    batch = size_import.accept(SYSTEM, read(text).key, over, COMMAND)
    follow(pipeline)
    return batch


def weights() -> list[tuple[float | None, str, str]]:
    return list(Exam.objects.order_by("study_uid").values_list("weight_kg", "weight_source", "weight_measured_at"))


def of_a(weight: str, measured_at: str = DAY) -> str:
    return f"patient number,measured at,weight kg\nA,{measured_at},{weight}\n"


NONE = (None, "", "")
OBJECT = (80.0, "object", "")


def test_a_file_fills_what_the_object_lacks_and_keeps_where_it_came_from(pipeline: Pipeline) -> None:
    text = "patient number,measured at,height cm,weight kg\nA,2026-02-27T08:15,172,64.5\nB,2026-02-27,180,79\n"
    told = read(text)
    assert (told.lines, told.usable, told.effect.filled, told.effect.filled_weights) == (2, 2, 2, 1)
    assert weights() == [NONE, OBJECT, NONE]
    accept(text, pipeline)
    assert weights() == [(64.5, "imported", "2026-02-27T08:15:00"), OBJECT, NONE]
    a, b = Exam.objects.order_by("study_uid")[:2]
    assert (a.height_m, a.height_source) == (1.72, "imported")
    assert (b.height_m, b.height_source, b.height_measured_at) == (1.8, "imported", "2026-02-27")
    assert Part.objects.get(exam=a).weight_source == "imported"


def test_taking_a_file_back_restores_every_size(pipeline: Pipeline) -> None:
    batch = accept(of_a("64"), pipeline)
    decisions.undo(SYSTEM, SIZES, batch, COMMAND)
    follow(pipeline)
    assert weights() == [NONE, OBJECT, NONE]
    assert AuditRow.objects.filter(action="sizes imported").count() == 2


def test_what_contradicts_the_object_is_told_and_changes_nothing_unless_chosen(pipeline: Pipeline) -> None:
    text = "accession number;weight kg\nACC2;102\nACC1;70\n"
    (one,) = read(text).effect.contradicted
    exam = Exam.objects.get(study_uid="2.25.52")
    assert (one.exam, one.quantity, one.written, one.imported) == (exam.pk, "weight_kg", 80.0, 102.0)
    batch = accept(text, pipeline)
    assert weights() == [(70.0, "imported", ""), OBJECT, NONE]
    decisions.undo(SYSTEM, SIZES, batch, COMMAND)
    batch = accept(text, pipeline, over=(exam.pk,))
    assert weights()[:2] == [(70.0, "imported", ""), (102.0, "imported by choice", "")]
    decisions.undo(SYSTEM, SIZES, batch, COMMAND)
    follow(pipeline)
    assert weights() == [NONE, OBJECT, NONE]


def test_an_adults_eight_kilograms_are_implausible_and_a_childs_are_not(pipeline: Pipeline) -> None:
    text = f"patient number,measured at,weight kg\nA,{DAY},8\nC,{DAY},8\nA,{DAY},9000\n"
    told = read(text)
    assert (told.effect.implausible, told.left_out) == (1, (("a size that no patient has", 1),))
    accept(text, pipeline)
    assert weights() == [NONE, OBJECT, (8.0, "imported", DAY)]


@pytest.mark.parametrize(
    ("who", "measured_at", "near"),
    [
        ("A", "2026-01-30", True),
        ("A", "2026-01-29", False),
        ("A", "2026-03-31T11:59:59", True),
        ("A", "2026-03-31T12:00:01", False),
        ("C", "2026-02-22", True),
        ("C", "2026-02-21", False),
    ],
)
def test_a_measurement_counts_within_thirty_days_for_adults_and_seven_for_children(
    pipeline: Pipeline, who: str, measured_at: str, near: bool
) -> None:
    told = read(f"patient number,measured at,weight kg\n{who},{measured_at},20\n")
    assert (told.effect.filled, told.effect.far) == ((1, 0) if near else (0, 1))


def test_of_several_the_nearest_in_time_counts_before_or_after_the_exam(pipeline: Pipeline) -> None:
    rows = "".join(
        f"A,{day},{weight}\n" for day, weight in (("2026-02-20", 60), ("2026-03-04", 61), ("2026-03-09", 62))
    )
    accept(f"patient number,measured at,weight kg\n{rows}", pipeline)
    assert weights()[0] == (61.0, "imported", "2026-03-04")


def test_a_new_exam_takes_the_size_that_was_imported_before_it(pipeline: Pipeline) -> None:
    accept(of_a("64", "2026-03-01"), pipeline)
    take_in(pipeline, [report(7, "A", on="2026-03-15"), report(8, "A", on="2026-05-15")])
    assert weights()[3:] == [(64.0, "imported", DAY), NONE]


def test_a_size_under_the_old_number_counts_for_the_merged_patient(pipeline: Pipeline) -> None:
    patient_merging.merge(SYSTEM, [Merging(key("A"), key("C"))], COMMAND)
    take_in(pipeline, [report(9, "OLD")])
    patient_merging.merge(SYSTEM, [Merging(key("OLD"), key("C"))], COMMAND)
    follow(pipeline)
    told = read(of_a("64"))
    assert told.effect.filled == 3 - 0
    accept(of_a("64"), pipeline)
    assert [row[0] for row in weights()] == [64.0, 80.0, 64.0, 64.0]


def test_a_number_of_several_patients_and_one_of_none_are_told_and_leave_nothing(pipeline: Pipeline) -> None:
    other = reports.ct_report(1)
    other.SOPInstanceUID, other.StudyInstanceUID, other.PatientID = "2.25.99", "2.25.98", "A"
    other.IssuerOfPatientID = "Another house"
    take_in(pipeline, [reports.encode(other)])
    text = f"patient number,issuer,measured at,weight kg\nA,,{DAY},70\nNOBODY,,{DAY},70\nA,Another house,{DAY},71\n"
    told = read(text)
    assert dict(told.left_out) == {SEVERAL: 1, NO_EXAM: 1}
    assert Measurement.objects.count() == 1


def test_nothing_of_a_file_but_sizes_and_keys_is_kept(pipeline: Pipeline) -> None:
    accept(f"patient name,patient number,measured at,weight kg\nPerson^A,A,{DAY},70\n", pipeline)
    (row,) = Measurement.objects.values()
    assert (row["patient_id"], row["weight_kg"], row["study_uid"]) == (key("A"), 70.0, "")
    kept = f"{list(SizeImport.objects.values())} {list(Decision.objects.values())} {list(Measurement.objects.values())}"
    assert "Person" not in kept
    assert "'A'" not in kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("patient number,measured at,weight\nA,2026-03-01,70\n", "does not say its unit"),
        ("patient number,measured at,height\nA,2026-03-01,170\n", "cm or m"),
        ("patient number,measured at,weight kg,weight lb\nA,2026-03-01,70,154\n", "mean the same"),
        ("patient number,weight kg\nA,70\n", "lacks the column “measured at”"),
        ("measured at,weight kg\n2026-03-01,70\n", "lacks a column “patient number”"),
        ("patient number,measured at\nA,2026-03-01\n", "lacks a column “height cm”"),
        ("", "lacks a column"),
        ("patient number,measured at,weight kg\n" + "x" * 20_000 + "\n", "longer than 10,000"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_leaves_nothing(pipeline: Pipeline, text: str, said: str) -> None:
    with pytest.raises(UnusableInput, match=said):
        read(text)
    assert not (SizeImport.objects.exists() or Measurement.objects.exists())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A,03/04/2026,70", "a date that is not clear (2026-11-27 is)"),
        ("A,2026-02-30,70", "a date that is not clear (2026-11-27 is)"),
        ("A,2026-03-01,seventy", "a size that is no number"),
        ("A,2026-03-01,1e9", "a size that is no number"),
        ("A,2026-03-01,-70", "a size that is no number"),
        ("A,2026-03-01,", "neither height nor weight"),
        ("A,2026-03-01,0", "neither height nor weight"),
        ("A,,70", "no date"),
        (",2026-03-01,70", "no number or UID"),
        ("A,2026-03-01," + "7" * 300, "a cell of more than 200 characters"),
    ],
)
def test_a_line_that_cannot_be_used_is_counted_with_its_reason(pipeline: Pipeline, row: str, why: str) -> None:
    assert read(f"patient number,measured at,weight kg\n{row}\n").left_out == ((why, 1),)


def test_pounds_and_metres_become_kilograms_and_metres(pipeline: Pipeline) -> None:
    accept(f"Patient_Number\tmeasured at\tHeight (m)\tWeight [lb]\nA\t{DAY}\t1,72\t154\n", pipeline)
    row = Exam.objects.get(study_uid="2.25.51")
    assert (row.height_m, row.weight_kg) == (1.72, pytest.approx(69.853, abs=0.001))


def test_a_draft_changes_nothing_cannot_be_accepted_twice_and_is_dropped(pipeline: Pipeline) -> None:
    told = read(of_a("64"))
    size_import.accept(SYSTEM, told.key, (), COMMAND)
    with pytest.raises(UnusableInput, match="accepted already"):
        size_import.accept(SYSTEM, told.key, (), COMMAND)
    old = read(of_a("65"))
    SizeImport.objects.filter(pk__in=(old.key, told.key)).update(at=Decision.objects.get().at - timedelta(days=2))
    read(of_a("66"))
    with pytest.raises(NotVisible):
        size_import.draft(SYSTEM, old.key)
    assert size_import.draft(SYSTEM, told.key).in_force


def test_a_file_that_fills_nothing_is_not_accepted(pipeline: Pipeline) -> None:
    with pytest.raises(UnusableInput, match="fills no exam"):
        size_import.accept(SYSTEM, read(of_a("64", "2020-01-01")).key, (), COMMAND)


def test_lines_are_not_held_in_memory(pipeline: Pipeline) -> None:
    import tracemalloc

    class Long(io.RawIOBase):
        """Lines made as they are read, so that the file itself takes no memory."""

        def __init__(self) -> None:
            self.left = [b"patient number,measured at,weight kg\n"]
            self.made = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            if self.made < 20_000:
                self.made += 1
                line = b"N%d,2026-03-01,70\n" % self.made if self.made % 1000 else b"A,2026-03-01,70\n"
                self.left.append(line)
            piece = self.left.pop(0) if self.left else b""
            buffer[: len(piece)] = piece
            return len(piece)

    site = Site.objects.values_list("pk", flat=True)[0]
    tracemalloc.start()
    lines = size_lines(io.BufferedReader(Long()))
    told = size_import.read(SYSTEM, site, lines, numbers(None), DEFAULT_WINDOWS, COMMAND, pseudonymous=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (told.lines, told.usable, dict(told.left_out)) == (20_000, 20, {NO_EXAM: 19_980})
    assert peak < 6_000_000
