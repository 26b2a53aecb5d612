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


def test_a_child_s_group_ends_at_the_adult_age_and_an_adult_s_begins_there_unless_it_says_otherwise() -> None:
    assert PatientGroup("child", age_min_months=72).holds_age(17.9)
    assert not PatientGroup("child", age_min_months=72).holds_age(18)
    assert PatientGroup("adult", age_min_months=192).holds_age(16)
    assert not PatientGroup("adult").holds_age(17.9)


def test_a_phantom_is_of_no_age() -> None:
    assert not PatientGroup("phantom").holds_age(40)


def test_the_group_of_one_patient_is_in_the_groups_that_the_patient_is_in() -> None:
    one = PatientGroup.of_patient(60, 20)
    assert one.category == "child" and PatientGroup.of_patient(216).category == "adult"
    assert PatientGroup("child", 60, 120, 15, 30).ages.holds(one.ages)
    assert PatientGroup("child", 60, 120, 15, 30).weights.holds(one.weights)
    assert not PatientGroup("child", 12, 60).ages.holds(one.ages)
