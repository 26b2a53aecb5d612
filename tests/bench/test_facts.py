"""The record that the figures are measured on is one of this version."""

from bench.facts import measure


def test_every_figure_is_measured_on_a_record_of_this_version() -> None:
    found = measure(300)
    assert found["exams"] == 300
    assert {"exam_page", "distribution_5_years", "trend_5_years", "procedures_6_weeks", "refresh_50_changes"} <= set(
        found
    )
