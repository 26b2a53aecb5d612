"""What happened to a scanner: told by its objects in whatever order they come, and written down by hand."""

from itertools import permutations

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import decisions, scanner_merging, scanner_naming, timeline
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Scanner, ScannerSpan
from doseloop.store.timeline import ENTRIES, EntryKind, Written
from tests.reading import reports
from tests.store.taken_in import pipeline_over, take_in

TUBE = Written("2026-03-01", EntryKind.TUBE, "by the maker")


def report(number: int, version: str, day: str, serial: str = "4711", station: str = "CT1") -> bytes:
    made = reports.ct_report(1)
    made.SOPInstanceUID, made.StudyInstanceUID, made.PatientID = f"2.25.8{number}", f"2.25.9{number}", f"T{number}"
    made.SoftwareVersions, made.StudyDate, made.StationName, made.DeviceSerialNumber = version, day, station, serial
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if "UID" in inner:
                inner.UID = f"{inner.UID}.{number}"
    return reports.encode(made)


STUDIES = (
    report(1, "VB10", "20240110"),
    report(2, "VB10", "20240601"),
    report(3, "VB20", "20240602"),
    report(4, "VB20", "20250110"),
)


@pytest.fixture
def scanner(folder: DataFolder) -> int:
    take_in(pipeline_over(folder), STUDIES)
    return Scanner.objects.get().pk


def told(scanner: int) -> list[tuple[str, str, str, str]]:
    return [(one.on, one.until, one.kind, one.note) for one in timeline.timeline(SYSTEM, scanner)]


def test_studies_in_any_order_tell_the_same_timeline_and_the_newest_version(folder: DataFolder) -> None:
    pipeline = pipeline_over(folder)
    for number, order in enumerate(permutations(range(4))):
        if number % 5:
            continue
        take_in(pipeline, [report(100 * number + n, *(("VB10", "20240110"), ("VB10", "20240601"), ("VB20", "20240602"),
                                                      ("VB20", "20250110"))[n], f"S{number}") for n in order])  # fmt: skip
        scanner = Scanner.objects.get(serial_number=f"S{number}")
        assert scanner.software_versions == "VB20"
        software = [one for one in told(scanner.pk) if one[2] == EntryKind.SOFTWARE]
        assert software == [
            ("2024-06-02", "2025-01-10", EntryKind.SOFTWARE, "VB20, before it VB10"),
            ("2024-01-10", "2024-06-01", EntryKind.SOFTWARE, "First study with VB10"),
        ]


def test_an_older_study_that_comes_late_is_no_change_back(folder: DataFolder, scanner: int) -> None:
    before = told(scanner)
    take_in(pipeline_over(folder), [report(9, "VB10", "20240301")])
    assert told(scanner) == before
    assert Scanner.objects.get().software_versions == "VB20"
    assert ScannerSpan.objects.count() == 2


def test_a_new_station_of_one_serial_number_is_a_renaming(folder: DataFolder, scanner: int) -> None:
    take_in(pipeline_over(folder), [report(9, "VB20", "20250301", station="CT1NEW")])
    assert told(scanner)[0] == ("2025-03-01", "2025-03-01", EntryKind.RENAMED, "Station CT1NEW, before it CT1")


def test_what_is_written_down_is_corrected_removed_and_taken_back_under_audit(scanner: int) -> None:
    timeline.write_down(SYSTEM, scanner, TUBE, COMMAND)
    entry = timeline.timeline(SYSTEM, scanner)[0]
    timeline.correct(SYSTEM, scanner, entry.key, Written("2026-03-02", EntryKind.TUBE, "by us"), COMMAND)
    assert timeline.timeline(SYSTEM, scanner)[0].note == "by us"
    timeline.correct(SYSTEM, scanner, entry.key, None, COMMAND)
    assert all(one.source == "objects" for one in timeline.timeline(SYSTEM, scanner))
    for _ in range(3):
        back = next(one for one in timeline.entries_written(SYSTEM, scanner) if not (one.undone or one.undoes))
        decisions.undo(SYSTEM, ENTRIES, back.key, COMMAND)
    assert all(one.source == "objects" for one in timeline.timeline(SYSTEM, scanner))
    assert AuditRow.objects.filter(action="timeline changed").count() == 6


def test_a_removed_entry_comes_back(scanner: int) -> None:
    timeline.write_down(SYSTEM, scanner, TUBE, COMMAND)
    entry = timeline.timeline(SYSTEM, scanner)[0]
    timeline.correct(SYSTEM, scanner, entry.key, None, COMMAND)
    decisions.undo(SYSTEM, ENTRIES, timeline.entries_written(SYSTEM, scanner)[0].key, COMMAND)
    assert timeline.timeline(SYSTEM, scanner)[0] == entry


def test_a_merged_name_brings_its_timeline_along_and_takes_it_back(folder: DataFolder, scanner: int) -> None:
    take_in(pipeline_over(folder), [report(9, "VA40", "20230301", serial="", station="CT1")])
    other = Scanner.objects.exclude(pk=scanner).get().pk
    timeline.write_down(SYSTEM, other, TUBE, COMMAND)
    before = told(scanner)
    batch = scanner_merging.merge(SYSTEM, other, scanner, COMMAND)
    both = told(scanner)
    assert both[0] == (TUBE.on, "", TUBE.kind, TUBE.note)
    assert ("2024-01-10", "2024-06-01", EntryKind.SOFTWARE, "VB10, before it VA40") in both
    decisions.undo(SYSTEM, scanner_merging.MERGED, batch, COMMAND)
    assert told(scanner) == before


@pytest.mark.parametrize(
    ("on", "kind", "note", "said"),
    [
        ("soon", "QA", "", "no date"),
        ("2026-02-30", "QA", "", "no date"),
        ("2026-03-01", "magic", "", "from the list"),
        ("2026-03-01", "other", " ", "Say in the note"),
        ("2026-03-01", "QA", "x" * 501, "at most 500"),
        ("2026-03-01", "QA", "a\x00b", "printed"),
    ],
)
def test_what_cannot_be_written_down_says_why(on: str, kind: str, note: str, said: str) -> None:
    with pytest.raises(UnusableInput, match=said):
        Written(on, kind, note)


def test_a_scanner_is_renamed_and_called_as_before_again(scanner: int) -> None:
    scanner_naming.rename(SYSTEM, scanner, "  CT  2 ", COMMAND)
    scanner_naming.rename(SYSTEM, scanner, "CT 2", COMMAND)
    assert Scanner.objects.get().name == "CT 2"
    (batch,) = scanner_naming.names_given(SYSTEM, scanner)
    decisions.undo(SYSTEM, scanner_naming.NAMED, batch.key, COMMAND)
    assert Scanner.objects.get().name == "CT1"
    for name in ("", " ", "x" * 81, "a\x00"):
        with pytest.raises(UnusableInput, match="1 to 80"):
            scanner_naming.rename(SYSTEM, scanner, name, COMMAND)


def test_a_site_outside_the_scope_is_neither_shown_nor_changed(scanner: int) -> None:
    timeline.write_down(SYSTEM, scanner, TUBE, COMMAND)
    key = timeline.timeline(SYSTEM, scanner)[0].key
    elsewhere = Scope(frozenset(), identity=False, operators=False)
    for refused in (
        lambda: timeline.timeline(elsewhere, scanner),
        lambda: timeline.write_down(elsewhere, scanner, TUBE, COMMAND),
        lambda: timeline.correct(elsewhere, scanner, key, None, COMMAND),
        lambda: scanner_naming.rename(elsewhere, scanner, "x", COMMAND),
    ):
        with pytest.raises(NotVisible):
            refused()
