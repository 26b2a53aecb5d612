"""Groups of patients."""

import pytest

from doseloop.model.patient_group import PatientGroup


@pytest.mark.parametrize(("age", "held"), [(17.99, False), (18.0, True), (None, False)])
def test_an_adult_group_begins_at_eighteen(age: float | None, held: bool) -> None:
    assert PatientGroup("adult").holds_age(age) is held


@pytest.mark.parametrize(("age", "held"), [(0.99, False), (1.0, True), (4.99, True), (5.0, False)])
def test_an_age_band_holds_its_lower_end_and_not_its_upper(age: float, held: bool) -> None:
    assert PatientGroup("child", 12, 60).holds_age(age) is held


def test_an_unknown_weight_is_neither_in_nor_out_of_a_group_by_weight() -> None:
    group = PatientGroup("child", weight_min_kg=5, weight_max_kg=15)
    assert group.holds_weight(None) is None
    assert group.holds_weight(5) is True
    assert group.holds_weight(15) is False
    assert PatientGroup("adult").holds_weight(None) is True
