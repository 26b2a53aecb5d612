"""The rule `reference-level`: a scanner's median went over its level, or below a set's 25th percentile.

It speaks of a group of patients, never of one exam (ICRP Publication 135), and of the first of the chosen sets that has a level
for the group: a site that compares with three countries is not told the same three times.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from doseloop.model.flag import Finding
from doseloop.model.level_figure import LevelFigure
from doseloop.model.quantities import QUANTITIES, shown

RULE: Final = "reference-level"
VERSION: Final = "1"


def on_groups(figures: Iterable[LevelFigure]) -> Iterator[tuple[Finding, str]]:
    """A finding, with its procedure, for each group of one scanner that is above its level or suspiciously low. `figures` stand
    in the order of the chosen sets."""
    seen: dict[tuple[str, str, str, str], str] = {}
    for one in figures:
        group = (one.procedure, one.quantity, one.group, one.kind)
        if seen.setdefault(group, one.set_id) == one.set_id and _is_told(one):
            yield _finding(one), one.procedure


def _is_told(one: LevelFigure) -> bool:
    return one.state == "low" or (one.state == "above" and one.kind in ("DRL", "DRL_proposed"))


def _finding(one: LevelFigure) -> Finding:
    symbol, level = QUANTITIES[one.quantity].symbol, shown(one.quantity, one.level)
    side = "above the reference level" if one.state == "above" else "below the 25th percentile"
    close = " The interval of the median holds the level." if one.close else ""
    sentence = (
        f"{one.procedure_name}, {one.group}, on {one.scanner_name}: the median {symbol} of {one.n_patients} patients, "
        f"{shown(one.quantity, one.median)}, is {side} of {level} ({one.authority} {one.year}).{close}"
    )
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"scanner {one.scanner}",
        cause=one.level_id,
        sentence=sentence,
        quantity=one.quantity,
        value=one.median,
        threshold=one.level,
        factor=None if one.median is None else one.median / one.level,
        n=one.n_patients,
        not_seen=one.sentences[1:],
    )
