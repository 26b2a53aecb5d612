"""Facility medians for a registry: each group once, with its equipment."""

from doseloop.report.submission_table import submission_table
from tests.report.compliance import figure, report, some


def rows(what: object) -> list[dict[str, object]]:
    table = submission_table(what)  # type: ignore[arg-type]
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row.values, strict=True)) for row in table.rows]


def test_a_group_stands_once_however_many_levels_it_is_compared_with() -> None:
    told = [(one["procedure"], one["scanner"]) for one in rows(some())]
    assert told.count(("ct-chest", "CT 1")) == 1
    assert ("ct-chest", "CT 2") in told


def test_a_group_without_a_value_is_not_submitted() -> None:
    assert "ct-kub" not in {one["procedure"] for one in rows(some())}


def test_too_few_patients_are_said_and_have_no_percentiles() -> None:
    few = next(one for one in rows(some()) if one["n"] == 4)
    assert (few["enough"], few["p25"], few["p75"], few["median"]) == (False, None, None, 51.0)


def test_medians_and_percentiles_stand_in_the_sites_unit_with_equipment_and_data_state() -> None:
    (one,) = rows(report(figure(), units={"dlp_mgy_cm": "Gy·cm"}))
    assert (one["median"], one["p25"], one["unit"]) == (401.26 / 1000, 371.0 / 1000, "Gy·cm")
    assert (one["manufacturer"], one["model"], one["software"], one["data_state"]) == (
        "SIEMENS", "SOMATOM Force", "VB20A", 77,
    )  # fmt: skip
