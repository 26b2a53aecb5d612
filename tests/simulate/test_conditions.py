from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from doseloop.simulate.conditions import USUAL, Conditions

CONDITIONS = st.builds(
    Conditions,
    dose_factor=st.sampled_from([0.5, 1.0, 2.0]),
    length_factor=st.sampled_from([1.0, 4.0]),
    dap_factor=st.sampled_from([1.0, 100.0]),
    typical=st.booleans(),
    repeats=st.integers(0, 3),
    kvp=st.none() | st.integers(80, 140),
    pitch=st.none() | st.floats(0.5, 1.5),
    fixed_current=st.booleans(),
    protocol_suffix=st.text(max_size=2),
    lost=st.booleans(),
    residual=st.none() | st.floats(-3, 3),
)


@given(CONDITIONS)
def test_usual_conditions_change_nothing(conditions: Conditions) -> None:
    assert USUAL.and_(conditions) == conditions == conditions.and_(USUAL)


@given(CONDITIONS, CONDITIONS, CONDITIONS)
def test_it_does_not_matter_which_two_come_together_first(a: Conditions, b: Conditions, c: Conditions) -> None:
    assert a.and_(b).and_(c) == a.and_(b.and_(c))


def test_factors_multiply_and_the_later_value_holds() -> None:
    both = Conditions(dose_factor=2, kvp=100, repeats=1).and_(Conditions(dose_factor=1.5, kvp=130, repeats=2))
    assert both == replace(USUAL, dose_factor=3, kvp=130, repeats=3)
