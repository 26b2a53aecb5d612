"""Effective dose of parts and of the whole: added where all is known and weighted alike, else not at all."""

from doseloop.dosimetry.exam_effective_dose import of_part, of_whole
from doseloop.model.estimate import Estimate, Estimated, Input, NotEstimated

NONE = NotEstimated("effective_dose_msv", "m", "The weight is not known.")


def dose(value: float, weights: str = "ICRP 103", *, is_default: bool = True, verified: bool = True) -> Estimate:
    told = (Input("tissue_weights", weights, "method"),)
    return Estimate("effective_dose_msv", value, "m", 1, verified, inputs=told, is_default=is_default)


def only(found: tuple[Estimated, ...]) -> Estimated:
    assert len(found) == 1
    return found[0]


def test_a_single_exposure_keeps_its_values_by_every_set() -> None:
    both = (dose(2.0), dose(1.8, "ICRP 60", is_default=False))
    assert of_part([both]) == both


def test_several_exposures_are_added_by_what_stands_for_each() -> None:
    total = only(of_part([(dose(2.0), dose(9.0, is_default=False)), (dose(3.0),)]))
    assert isinstance(total, Estimate)
    assert total.value == 5.0


def test_an_exposure_without_a_dose_leaves_no_sum_and_says_why() -> None:
    total = only(of_part([(dose(2.0),), (NONE,)]))
    assert isinstance(total, NotEstimated)
    assert "The weight is not known." in total.reason


def test_events_of_another_kind_do_not_matter() -> None:
    index = Estimate("deviation_index", 0.3, "d", 1, verified=True)
    assert of_part([(index,), (dose(2.0),)]) == (dose(2.0),)
    assert of_part([(index,)]) == ()


def test_a_pet_ct_is_the_sum_of_both_parts_where_they_were_weighted_alike() -> None:
    ct, tracer = (dose(8.0),), (dose(7.0, "ICRP 60"), dose(6.3, is_default=False))
    total = of_whole([tracer, ct])[0]
    assert isinstance(total, Estimate)
    assert total.value == 14.3


def test_parts_of_different_tissue_weights_are_not_added() -> None:
    total = only(of_whole([(dose(8.0),), (dose(7.0, "ICRP 60"),)]))
    assert isinstance(total, NotEstimated)


def test_one_part_is_the_whole() -> None:
    assert of_whole([(), (dose(8.0),)]) == (dose(8.0),)
    assert of_whole([]) == ()


def test_three_parts_are_added_too() -> None:
    total = only(of_whole([(dose(1.0),), (dose(2.0),), (dose(3.0),)]))
    assert isinstance(total, Estimate)
    assert total.value == 6.0
