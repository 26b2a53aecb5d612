"""The rule of every kind of phrase."""

from typing import Final

from doseloop.ask.composing import bounds, changes, comparisons, groups, measures, values
from doseloop.ask.composing.walk import Rule

RULES: Final[dict[str, Rule]] = {
    **values.RULES,
    **measures.RULES,
    **bounds.RULES,
    **groups.RULES,
    **comparisons.RULES,
    **changes.RULES,
}
