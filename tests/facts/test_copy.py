"""The copy and the newest rows together are the record, whatever happened in between."""

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM
from doseloop.facts import manifest as manifests
from doseloop.facts.copy import NO_MONTH, _only_one, refresh
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_page
from doseloop.facts.filters import ExamFilter
from doseloop.facts.manifest import read_manifest
from doseloop.facts.newest import Newest
from doseloop.model.errors import SetupError
from doseloop.store.changes import note_change
from doseloop.store.models import Counter, Event, Exam, Part, Procedure, Scanner, Site
from tests.facts.made import add_event, add_flag, add_part, make_exam, make_procedure, make_scanner, make_site

EXAMS = Exam._base_manager
STARTS = ["2025-01-31T23:59:59", "2025-02-01T00:00:00", "2025-12-31T12:00:00", "", "nonsense", "2025-13-01T00:00:00"]


def change(exam: Exam, **fields: object) -> None:
    EXAMS.filter(pk=exam.pk).update(**fields)
    note_change([exam.pk])


def doses(facts: Facts) -> list[tuple[int, float | None]]:
    with facts.session(SYSTEM) as session:
        rows = session.records(session.exams.select("exam", "dlp_mgy_cm"))
    return sorted((row["exam"], row["dlp_mgy_cm"]) for row in rows)


def test_an_exam_that_changed_after_the_copy_counts_once_with_its_new_values(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), dlp_mgy_cm=1)
    add_part(exam, make_procedure())
    refresh(facts.paths)
    change(exam, dlp_mgy_cm=2)
    assert doses(facts) == [(exam.pk, 2.0)]
    with facts.session(SYSTEM) as session:
        assert len(session.records(session.parts)) == 1


def test_only_months_with_changes_are_written(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    one, _, _ = (make_exam(scanner, start) for start in ("2025-01-31T10:00:00", "2025-02-01T10:00:00", ""))
    assert refresh(facts.paths).months == ("2025-01", "2025-02", NO_MONTH)
    before = read_manifest(facts.paths.folder).months
    change(one, dlp_mgy_cm=7)
    tally = refresh(facts.paths)
    after = read_manifest(facts.paths.folder).months
    assert (tally.months, tally.exams) == (("2025-01",), 3)
    assert before["2025-02"] == after["2025-02"]
    assert before["2025-01"] != after["2025-01"]
    assert refresh(facts.paths).months == ()


def test_an_exam_that_moves_to_another_month_leaves_the_first_one(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), "2025-01-31T10:00:00")
    refresh(facts.paths)
    change(exam, started_at="2025-03-01T10:00:00")
    assert len(doses(facts)) == 1
    assert refresh(facts.paths).months == ("2025-01", "2025-03")
    assert list(read_manifest(facts.paths.folder).months) == ["2025-03"]
    assert len(doses(facts)) == 1


def test_an_exam_that_is_gone_is_counted_no_more_once_anything_changed(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    gone, kept = make_exam(scanner), make_exam(scanner)
    refresh(facts.paths)
    EXAMS.filter(pk=gone.pk).delete()
    change(kept, dlp_mgy_cm=3)
    assert doses(facts) == [(kept.pk, 3.0)]
    refresh(facts.paths)
    assert doses(facts) == [(kept.pk, 3.0)]
    EXAMS.filter(pk=kept.pk).delete()
    assert refresh(facts.paths).exams == 0
    assert doses(facts) == []


def test_renaming_a_scanner_or_procedure_shows_at_once_and_rewrites_nothing(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    add_part(make_exam(scanner), make_procedure())
    refresh(facts.paths)
    Scanner.objects.update(name="New CT")
    Site.objects.update(name="West")
    Procedure.objects.update(name="Head without contrast")
    (row,) = exam_page(facts, SYSTEM, ExamFilter(), ExamOrder()).rows
    assert (row.scanner_name, row.site_name, row.procedures[0].name) == ("New CT", "West", "Head without contrast")
    assert refresh(facts.paths).months == ()


def test_flags_raised_after_the_copy_are_counted(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()))
    refresh(facts.paths)
    add_flag(exam)
    add_flag(exam, state="withdrawn")
    assert exam_page(facts, SYSTEM, ExamFilter(flagged=True), ExamOrder()).rows[0].open_flags == 1


def test_deleting_the_folder_loses_nothing(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), dlp_mgy_cm=1)
    refresh(facts.paths)
    assert doses(facts) == [(exam.pk, 1.0)]
    shutil.rmtree(facts.paths.folder)
    assert doses(facts) == [(exam.pk, 1.0)]
    assert refresh(facts.paths).exams == 1
    assert doses(facts) == [(exam.pk, 1.0)]


def test_a_copy_that_is_ahead_of_a_record_that_was_put_back_is_not_used(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), dlp_mgy_cm=1)
    change(exam, dlp_mgy_cm=2)
    refresh(facts.paths)
    EXAMS.update(dlp_mgy_cm=1, changed=1)
    Counter.objects.update(value=1)
    assert doses(facts) == [(exam.pk, 1.0)]
    assert refresh(facts.paths).change == 1


def test_a_broken_manifest_is_no_copy(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), dlp_mgy_cm=1)
    refresh(facts.paths)
    (facts.paths.folder / "manifest.json").write_text("{")
    assert doses(facts) == [(exam.pk, 1.0)]
    assert refresh(facts.paths).exams == 1


def test_a_month_whose_file_was_lost_is_written_again(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    for start in STARTS[:3]:
        make_exam(scanner, start)
    refresh(facts.paths)
    next(facts.paths.folder.glob("parts-2025-02-*")).unlink()
    assert refresh(facts.paths).months == ("2025-02",)
    assert len(doses(facts)) == 3


def test_a_request_that_finds_no_change_reads_no_rows_again(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    refresh(facts.paths)
    exam = make_exam(scanner)
    newest = Newest(facts.paths)
    first, _ = newest.now()
    assert newest.now()[0] is first
    change(exam, dlp_mgy_cm=1)
    assert newest.now()[0] is not first


def test_files_out_of_use_are_removed_after_the_time_of_grace(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    exam = make_exam(make_scanner(make_site()))
    refresh(facts.paths)
    change(exam, dlp_mgy_cm=1)
    refresh(facts.paths)
    assert len(list(facts.paths.folder.glob("*.parquet"))) == 8
    monkeypatch.setattr(manifests, "GRACE_SECONDS", -60.0)
    change(exam, dlp_mgy_cm=2)
    refresh(facts.paths)
    assert len(list(facts.paths.folder.glob("*.parquet"))) == 4
    assert not list(facts.paths.folder.glob("draft-*"))
    assert doses(facts) == [(exam.pk, 2.0)]


def test_a_second_refresh_at_the_same_time_does_nothing(facts: Facts) -> None:
    make_exam(make_scanner(make_site()))
    with _only_one(facts.paths.folder):
        assert refresh(facts.paths).busy
    assert not refresh(facts.paths).busy


def test_readers_never_see_half_a_copy_while_it_is_refreshed(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    exams = [make_exam(scanner, f"2025-0{month}-01T08:00:00", dlp_mgy_cm=0) for month in range(1, 7)]
    sums: list[tuple[int, float]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            found = doses(facts)
            sums.append((len(found), sum(dose or 0 for _, dose in found)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(1, 13):
        change(exams[turn % 6], dlp_mgy_cm=turn)
        refresh(facts.paths)
    done.set()
    watcher.join()
    assert {count for count, _ in sums} == {6}
    assert [total for _, total in sums] == sorted(total for _, total in sums)


def test_without_a_record_the_setup_is_named(tmp_path: Path, facts: Facts) -> None:
    with pytest.raises(SetupError, match=r"record\.sqlite3"):
        refresh(type(facts.paths).in_data(tmp_path / "elsewhere"))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(STARTS), st.none() | st.integers(0, 9)),
        st.tuples(st.just("change"), st.sampled_from(STARTS), st.none() | st.integers(0, 9)),
        st.tuples(st.just("remove"), st.integers(0, 5), st.none()),
        st.tuples(st.just("refresh"), st.none(), st.none()),
        st.tuples(st.just("look"), st.none(), st.none()),
    ),
    max_size=14,
)


def recomputed() -> list[tuple[object, ...]]:
    parts = Part._base_manager.select_related("exam").order_by("pk")
    return [
        (part.pk, part.exam_id, part.exam.dlp_mgy_cm, Event._base_manager.filter(part=part).count()) for part in parts
    ]


def counted(facts: Facts) -> list[tuple[object, ...]]:
    with facts.session(SYSTEM) as session:
        events = session.events.group_by("part").agg(events=session.events.count())
        exams = session.exams.select("exam", exam_dlp="dlp_mgy_cm")
        joined = session.parts.select("part", "exam").join(exams, "exam").left_join(events, "part")
        rows = session.records(joined.select("part", "exam", "exam_dlp", "events").order_by("part"))
    return [(row["part"], row["exam"], row["exam_dlp"], row["events"] or 0) for row in rows]


def play(scanner: Scanner, paths: Facts, step: tuple[str, object, object]) -> None:
    kind, what, dose = step
    exams = list(EXAMS.order_by("pk"))
    if kind == "add":
        add_event(add_part(make_exam(scanner, str(what), dlp_mgy_cm=dose)))
    elif kind == "change" and exams:
        exam = exams[len(exams) // 2]
        Part._base_manager.filter(exam=exam).delete()
        add_event(add_part(exam))
        change(exam, started_at=what, dlp_mgy_cm=dose)
    elif kind == "remove" and len(exams) > 1:
        exams.pop(int(str(what)) % len(exams)).delete()
        note_change([exams[0].pk])
    elif kind == "refresh":
        refresh(paths.paths)
    elif kind == "look":
        assert counted(paths) == recomputed()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_any_sequence_of_changes_and_refreshes_equals_a_plain_recomputation(
    facts: Facts, steps: list[tuple[str, object, object]]
) -> None:
    site = Site.objects.get_or_create(name="North")[0]
    scanner = Scanner.objects.first() or make_scanner(site)
    for step in steps:
        play(scanner, facts, step)
    assert counted(facts) == recomputed()
