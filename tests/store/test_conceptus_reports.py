"""Versions of a conceptus report: each stays as it was saved, one is signed for good, and a site sees its own alone."""

import zlib

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.model.errors import DamagedReport, NotVisible, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import conceptus_reports as reports
from doseloop.store import exams
from doseloop.store.audit import Actor
from doseloop.store.models import AuditRow, ConceptusVersion, Exam
from tests.facts.made import make_exam, make_scanner, make_site

KEANE = Actor(None, "m.keane")


@pytest.fixture
def exam(folder: DataFolder) -> Exam:
    return make_exam(make_scanner(make_site()))


def save(exam: Exam, content: bytes = b'{"a":1}', after: int | None = None) -> int:
    return reports.save(SYSTEM, exam.pk, content, after, KEANE).key


def elsewhere() -> Scope:
    return Scope(frozenset({make_site("South").pk}), identity=True, operators=False)


def test_every_version_stays_as_it_was_saved(exam: Exam) -> None:
    first = save(exam)
    second = save(exam, b'{"a":2}', first)
    assert [one.key for one in reports.versions(SYSTEM, exam.pk)] == [second, first]
    assert [reports.content_of(SYSTEM, exam.pk, key) for key in (first, second)] == [b'{"a":1}', b'{"a":2}']
    assert {one.made_by for one in reports.versions(SYSTEM, exam.pk)} == {"m.keane"}


def test_a_version_that_was_saved_over_another_unseen_is_refused(exam: Exam) -> None:
    first = save(exam)
    with pytest.raises(UnusableInput, match="Another version"):
        save(exam, b"{}", None)
    with pytest.raises(UnusableInput, match="Another version"):
        save(exam, b"{}", first + 1)
    assert len(reports.versions(SYSTEM, exam.pk)) == 1


def test_a_version_is_signed_once_and_for_good(exam: Exam) -> None:
    key = save(exam)
    reports.sign(SYSTEM, exam.pk, key, " Dr  Keane ", "MPE", KEANE)
    signature = reports.saved(SYSTEM, exam.pk, key).signature
    assert signature is not None
    assert (signature.name, signature.function, signature.account) == ("Dr Keane", "MPE", "m.keane")
    with pytest.raises(UnusableInput, match="signed already"):
        reports.sign(SYSTEM, exam.pk, key, "Somebody else", "MPE", KEANE)
    assert reports.saved(SYSTEM, exam.pk, key).signature == signature


def test_a_correction_is_a_new_version_and_leaves_the_signed_one(exam: Exam) -> None:
    first = save(exam)
    reports.sign(SYSTEM, exam.pk, first, "Dr Keane", "MPE", KEANE)
    before = reports.saved(SYSTEM, exam.pk, first)
    second = save(exam, b'{"a":2}', first)
    assert reports.saved(SYSTEM, exam.pk, first) == before
    assert reports.saved(SYSTEM, exam.pk, second).signature is None


def test_an_older_version_is_not_signed(exam: Exam) -> None:
    first = save(exam)
    save(exam, b"{}", first)
    with pytest.raises(UnusableInput, match="newer version"):
        reports.sign(SYSTEM, exam.pk, first, "Dr Keane", "MPE", KEANE)


@pytest.mark.parametrize(("name", "function"), [("", "MPE"), ("Dr Keane", " "), ("x" * 121, "MPE"), ("a\x00b", "MPE")])
def test_a_signature_needs_a_name_and_a_function(exam: Exam, name: str, function: str) -> None:
    key = save(exam)
    with pytest.raises(UnusableInput):
        reports.sign(SYSTEM, exam.pk, key, name, function, KEANE)
    assert reports.saved(SYSTEM, exam.pk, key).signature is None


def test_a_changed_byte_is_found_when_it_is_read_and_when_it_is_signed(exam: Exam) -> None:
    key = save(exam)
    ConceptusVersion.objects.update(content=zlib.compress(b'{"a":9}'))
    with pytest.raises(DamagedReport, match=f"Version {key}"):
        reports.content_of(SYSTEM, exam.pk, key)
    with pytest.raises(DamagedReport):
        reports.sign(SYSTEM, exam.pk, key, "Dr Keane", "MPE", KEANE)


def test_another_site_sees_saves_and_signs_nothing(exam: Exam) -> None:
    key, scope = save(exam), elsewhere()
    assert reports.versions(scope, exam.pk) == ()
    for refused in (
        lambda: reports.saved(scope, exam.pk, key),
        lambda: reports.content_of(scope, exam.pk, key),
        lambda: reports.save(scope, exam.pk, b"{}", key, KEANE),
        lambda: reports.sign(scope, exam.pk, key, "Dr Keane", "MPE", KEANE),
        lambda: reports.sign(scope, exam.pk, key, "", "", KEANE),
    ):
        with pytest.raises(NotVisible):
            refused()


def test_a_version_is_not_found_beneath_another_exam(exam: Exam) -> None:
    key = save(exam)
    other = make_exam(exam.scanner)
    with pytest.raises(NotVisible):
        reports.saved(SYSTEM, other.pk, key)


def test_saving_and_signing_are_in_the_audit_with_patient_and_digest(exam: Exam) -> None:
    key = save(exam)
    reports.sign(SYSTEM, exam.pk, key, "Dr Keane", "MPE", KEANE)
    rows = list(AuditRow.objects.filter(action__startswith="conceptus").order_by("pk"))
    assert [row.action for row in rows] == ["conceptus report saved", "conceptus report signed"]
    sha256 = reports.saved(SYSTEM, exam.pk, key).sha256
    for row in rows:
        assert (row.patient_key, row.site_id, row.subject) == (exam.patient_id, exam.site_id, f"exam {exam.pk}")
        assert (row.after["version"], row.after["sha256"]) == (key, sha256)


def test_exams_that_are_joined_keep_the_versions_of_both(exam: Exam) -> None:
    other = make_exam(exam.scanner)
    first, second = save(exam), save(other)
    kept = exams.join(exam.pk, other.pk)
    assert {one.key for one in reports.versions(SYSTEM, kept)} == {first, second}
