"""The rule `new-name`: an exam brings a name that its scanner has not used before.

Protocols change with every update of a scanner, and a new name has no procedure, no group and no level until a person has looked
at it; a copied protocol shows by its name first. Only scanners that are known are judged, and only those whose names are
protocols: where people type names freely, nearly every exam brings a new one, and a flag for each would say nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.model.flag import Finding

RULE: Final = "new-name"
VERSION: Final = "1"
DAYS: Final = 90
"""The past that the rule looks at."""
LEAST_EXAMS: Final = 50
"""Exams of the scanner in that time; with fewer its names are still being learnt."""
MOST_NEW: Final = 0.1
"""Names that were new in that time, for each exam: with more they are typed freely."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class PastNames:
    """What the scanner did in the `DAYS` before the exam."""

    exams: int
    new_names: int


def on_exam(
    subject: str, scanner: str, names: Sequence[str], past: PastNames, procedures: Sequence[str]
) -> Finding | None:
    """A finding where the exam has names that the scanner had never used; None where the past does not let it be judged.

    `procedures` are what the exam counts as in spite of it, one for each of its parts; an empty one is none.
    """
    if not names or past.exams < LEAST_EXAMS or past.new_names > MOST_NEW * past.exams:
        return None
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=subject,
        cause="name",
        sentence=f"{_said(names)} on {scanner}, and {_counted(procedures)}.",
        n=past.exams,
        not_seen=("What its protocol sets, and whether somebody meant it to be new.",),
    )


def _said(names: Sequence[str]) -> str:
    listed = ", ".join(f"“{name}”" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{listed}{more} {'is a new name' if len(names) == 1 else 'are new names'}"


def _counted(procedures: Sequence[str]) -> str:
    known = [one for one in procedures if one]
    if not known:
        return "no procedure is known for this exam"
    if len(known) < len(procedures):
        return f"a part of this exam has no procedure beside {', '.join(known)}"
    return f"this exam counts as {', '.join(known)}"
