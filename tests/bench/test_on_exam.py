"""The cost of all rules about one exam is measured on a record of this version."""

from bench.on_exam import measure, table


def test_every_figure_is_measured_on_a_record_of_this_version() -> None:
    found = measure(400)
    assert found["median_cpu"] > 0 and found["p95_wall"] >= found["median_wall"]
    assert "400 exams in the record" in table(found) and "limit 5" in table(found)
