"""What a rule of a pack asks for, in words: its threshold, its source and since when it holds."""

from doseloop.model.quantities import QUANTITIES, shown
from doseloop.model.rule_pack import MEASURES, Rule, RulePack


def threshold_said(rule: Rule) -> str:
    """`more than 120 mGy`, `10 times or more`, in the unit that the source prints; `observed` where there is no value."""
    if rule.quantity is None or rule.value is None:
        return "observed"
    if rule.printed is None:
        return _from(rule, f"{rule.value:g}{_unit(rule.quantity)}")
    return _from(rule, f"{rule.printed.value:g} {rule.printed.unit}")


def own_threshold_said(rule: Rule) -> str:
    """The threshold in the unit of the quantity where the source prints another, `200 Gy·cm²`; empty else."""
    if rule.printed is None or rule.quantity is None or rule.value is None:
        return ""
    return f"{rule.value:g}{_unit(rule.quantity)}"


def _from(rule: Rule, value: str) -> str:
    return f"more than {value}" if rule.operator == ">" else f"{value} or more"


def value_said(quantity: str, value: float, threshold: float | None = None) -> str:
    """A value of a quantity or measure with its unit; with all its figures where it would look like a threshold beside it."""
    said = _usual(quantity, value)
    if threshold is not None and value != threshold and said == _usual(quantity, threshold):
        return f"{value!r}{_unit(quantity)}"
    return said


def source_said(pack: RulePack, rule: Rule) -> str:
    """`StrlSchV 2018, Anlage 14, I.2.a`."""
    return f"{pack.title}, {rule.code}" if rule.code else pack.title


def validity_said(pack: RulePack, rule: Rule) -> str:
    """`since 2018-12-31`, `2020-08-01 until 2023-05-16`; empty where the source does not say."""
    first, ended = pack.bounds_of(rule)
    if first is None:
        return f"until {ended.isoformat()}" if ended else ""
    return f"{first.isoformat()} until {ended.isoformat()}" if ended else f"since {first.isoformat()}"


def _usual(quantity: str, value: float) -> str:
    return shown(quantity, value) if quantity in QUANTITIES else f"{value:.3g}{_unit(quantity)}"


def _unit(quantity: str) -> str:
    unit = QUANTITIES[quantity].unit if quantity in QUANTITIES else MEASURES[quantity].unit
    return f" {unit or 'times'}"
