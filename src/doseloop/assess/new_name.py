"""The rule `new-name`: an exam brings a name that its scanner has not used before.

Protocols change with every update of a scanner, and a new name has no procedure, no group and no level until a person has looked
at it; a copied protocol shows by its name first. Only scanners that are known are judged, and only those whose names are
protocols: where people type names freely, nearly every exam brings a new one, and a flag for each would say nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.assess.rule_settings import bounded
from doseloop.model.flag import Finding

RULE: Final = "new-name"
VERSION: Final = "1"
DAYS: Final = 90
"""The past that the rule looks at."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class NewNameSettings:
    """What a site may set."""

    least_exams: int = bounded(
        50, 10, 1000, "Exams at least",
        f"A scanner with fewer in the {DAYS} days before is not judged: its names are still being learnt.", "exams", (100, 200),
    )  # fmt: skip
    most_new: float = bounded(
        0.1, 0.005, 1.0, "New names for each exam at most",
        f"Where more were new in the {DAYS} days before, people type names freely and nothing is flagged.", "",
        (0.05, 0.02, 0.01),
    )  # fmt: skip


DEFAULT_SETTINGS: Final = NewNameSettings()


@dataclass(frozen=True, slots=True)
class PastNames:
    """What the scanner did in the `DAYS` before the exam."""

    exams: int
    new_names: int


def on_exam(
    subject: str,
    scanner: str,
    names: Sequence[str],
    past: PastNames,
    procedures: Sequence[str],
    settings: NewNameSettings = DEFAULT_SETTINGS,
) -> Finding | None:
    """A finding where the exam has names that the scanner had never used; None where the past does not let it be judged.

    `procedures` are what the exam counts as in spite of it, one for each of its parts; an empty one is none.
    """
    if not names or past.exams < settings.least_exams or past.new_names > settings.most_new * past.exams:
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
