"""What a site may set of a rule is held to its bounds, and nothing else may be set."""

from typing import Any

import pytest

from doseloop.assess.high_dose import HighDoseSettings
from doseloop.assess.registry import RULES, rule_named
from doseloop.assess.rule_settings import Setting, made_of, settings_in, values_of
from doseloop.assess.wrong_protocol import WrongProtocolSettings
from doseloop.model.errors import UnusableInput

EVERY = [(rule.name, one) for rule in RULES.values() for one in rule.schema]


def of_high_dose(name: str) -> Setting:
    return next(one for one in settings_in(HighDoseSettings) if one.name == name)


@pytest.mark.parametrize(("rule", "one"), EVERY, ids=[f"{rule} {one.name}" for rule, one in EVERY])
def test_a_default_and_what_is_tried_lie_within_the_bounds(rule: str, one: Setting) -> None:
    assert one.checked(one.default) == one.default
    assert [one.checked(value) for value in one.stricter] == list(one.stricter)
    assert one.default not in one.stricter
    assert one.explanation.endswith(".")


def test_settings_have_the_values_that_are_given_and_defaults_else() -> None:
    made = made_of(HighDoseSettings, {"min_factor": 3})
    assert made == HighDoseSettings(min_factor=3.0)
    assert values_of(made) == {"min_factor": 3.0}
    assert values_of(HighDoseSettings()) == {}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"min_factor": 1.1}, "Least factor: give a number from 1.2 to 10."),
        ({"min_factor": float("nan")}, "Least factor: give a number from 1.2 to 10."),
        ({"min_factor": "2"}, "Least factor: give a number from 1.2 to 10."),
        ({"min_factor": True}, "Least factor: give a number from 1.2 to 10."),
        ({"min_n": 20.5}, "Earlier exams at least: give a whole number from 10 to 200."),
        ({"usual_log_sd": 0.5}, "There is no setting 'usual_log_sd'."),
    ],
)
def test_what_may_not_be_set_is_refused_and_says_why(values: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told.replace(".", r"\.")):
        made_of(HighDoseSettings, values)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(UnusableInput) as refused:
        made_of(HighDoseSettings, {"min_factor": 0, "min_n": 0})
    assert "Least factor" in str(refused.value)
    assert "Earlier exams at least" in str(refused.value)


@pytest.mark.parametrize(("text", "value"), [("2.5", 2.5), (" 3 ", 3.0), ("1e1", 10.0)])
def test_a_number_is_read_as_it_is_typed(text: str, value: float) -> None:
    assert of_high_dose("min_factor").read(text) == value


def test_a_share_is_typed_and_said_as_one_in_so_many() -> None:
    one = of_high_dose("false_flags")
    assert (one.read("2200"), one.said(1 / 5000), one.ends) == (one.default, "one in 5000", ("50", "1000000"))
    for text in ("0", "49", "1e9"):
        with pytest.raises(UnusableInput, match="give one in so many, from 50 to 1000000"):
            one.read(text)


@pytest.mark.parametrize("text", ["", "2,5", "two", "nan", "inf", "11"])
def test_what_is_no_number_within_the_bounds_is_not_read(text: str) -> None:
    with pytest.raises(UnusableInput):
        of_high_dose("min_factor").read(text)


def test_a_switch_is_read_and_said_as_yes_or_no() -> None:
    age = settings_in(WrongProtocolSettings)[0]
    assert (age.read("yes"), age.read("no"), age.said(False)) == (True, False, "no")
    with pytest.raises(UnusableInput, match="say yes or no"):
        age.read("perhaps")
    with pytest.raises(UnusableInput, match="say yes or no"):
        age.checked(1)


def test_a_rule_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnusableInput, match="there are high-dose, low-dose, rule-pack"):
        rule_named("no-such-rule")
