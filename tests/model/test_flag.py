"""Findings and the key of their flag."""

from dataclasses import replace

from doseloop.model.flag import Finding


def test_a_new_evaluation_with_other_numbers_has_the_same_key() -> None:
    first = Finding("high-dose", "1", "exam-7", "dlp_mgy_cm", "Far above.", value=900.0)
    again = replace(first, version="2", value=950.0, sentence="Still far above.")
    assert again.key == first.key
    assert str(first.key) == "high-dose/exam-7/dlp_mgy_cm"


def test_keys_with_slashes_do_not_run_into_each_other() -> None:
    one = Finding("rule", "1", "a/b", "c", "")
    other = Finding("rule", "1", "a", "b/c", "")
    assert str(one.key) != str(other.key)
