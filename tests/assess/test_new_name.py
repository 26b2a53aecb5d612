"""A name that a scanner had never used is told once the scanner is known, and not where names are typed freely."""

import pytest

from doseloop.assess.new_name import DEFAULT_SETTINGS, PastNames, on_exam

LEAST_EXAMS = DEFAULT_SETTINGS.least_exams

KNOWN = PastNames(exams=400, new_names=3)


def test_a_new_name_says_what_the_exam_counts_as() -> None:
    found = on_exam("exam 7", "CT 2", ["Thorax LD neu"], KNOWN, ["CT Chest"])
    assert found is not None
    assert found.sentence == "“Thorax LD neu” is a new name on CT 2, and this exam counts as CT Chest."
    assert str(found.key) == "new-name/exam 7/name"


@pytest.mark.parametrize(
    ("procedures", "said"),
    [
        ([""], "no procedure is known for this exam"),
        ([], "no procedure is known for this exam"),
        (["CT Chest", ""], "a part of this exam has no procedure beside CT Chest"),
        (["PET", "CT of PET"], "this exam counts as PET, CT of PET"),
    ],
)
def test_parts_without_a_procedure_are_told(procedures: list[str], said: str) -> None:
    found = on_exam("exam 7", "CT 2", ["a"], KNOWN, procedures)
    assert found is not None
    assert said in found.sentence


def test_many_names_of_one_exam_are_one_finding() -> None:
    found = on_exam("exam 7", "CT 2", ["a", "b", "c", "d", "e"], KNOWN, ["CT Chest"])
    assert found is not None
    assert found.sentence.startswith("“a”, “b”, “c” and 2 more are new names on CT 2")


@pytest.mark.parametrize(
    ("names", "past"),
    [
        ([], KNOWN),
        (["a"], PastNames(LEAST_EXAMS - 1, 0)),
        (["a"], PastNames(100, 11)),
    ],
)
def test_nothing_is_said_of_known_names_a_young_scanner_or_names_that_are_typed_freely(
    names: list[str], past: PastNames
) -> None:
    assert on_exam("exam 7", "CT 2", names, past, [""]) is None


def test_both_sides_of_each_limit() -> None:
    assert on_exam("exam 7", "CT 2", ["a"], PastNames(LEAST_EXAMS, 0), [""])
    assert on_exam("exam 7", "CT 2", ["a"], PastNames(100, 10), [""])
