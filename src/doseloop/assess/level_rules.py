"""The rules by which a row of a set is for a group, each about one thing that the row may narrow.

What a row asks for and the group lacks, or is not known to have, excludes the row where values would not be comparable
(phantom, ages, a child's weight, projection), and is a reservation where they only may differ (indication, contrast medium).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from doseloop.assess.level_words import ages_said, computed_said, per_said, thicknesses_said, weights_said
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import LevelGroup, ReferenceLevel
from doseloop.model.span import Span

_VIEWS_SAID: Final = {"pa": "PA", "ap": "AP", "cc": "CC", "mlo": "MLO"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule says about a row: `open` is a reservation about the group, `noted` one about the source."""

    outcome: Literal["fits", "open", "noted", "refused"]
    sentence: str


def _by_itself(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    if level.why_unmatched is not None:
        yield Said("refused", f"“{level.as_written}” is compared with nothing by itself: {level.why_unmatched}.")
    else:
        yield Said("fits", f"The procedure is what the set calls “{level.as_written}”.")


def _per(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    if level.per != group.per:
        yield Said("refused", f"{per_said(level)}; the group's values are of each {group.per}: not compared.")
    elif level.scope is None:
        yield Said("noted", f"The source as read does not say per what; compared with the value of each {group.per}.")
    else:
        yield Said("fits", f"{per_said(level)}, compared with {_own(group)}.")


def _own(group: LevelGroup) -> str:
    symbol = QUANTITIES[group.quantity].symbol
    return f"the exam's {symbol}" if group.per == "examination" else f"the {symbol} of each acquisition that matches"


def _computed(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    said = computed_said(group.quantity)
    if said:
        yield Said("open", said)


def _phantom(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    if not QUANTITIES[level.quantity].needs_phantom:
        return
    if level.phantom_cm is None:
        yield Said("refused", "The set does not say for which CTDI phantom the level is: no verdict.")
    elif group.phantom_cm is None:
        yield Said("refused", f"Phantom {level.phantom_cm} cm; the group's phantom is not known: no verdict.")
    elif level.phantom_cm != group.phantom_cm:
        yield Said("refused", f"Phantom {level.phantom_cm} cm, the group's is {group.phantom_cm} cm: not compared.")
    else:
        yield Said("fits", f"Phantom {level.phantom_cm} cm, as the group's.")
        if "convention" in (level.phantom_basis or ""):
            yield Said(
                "noted", f"That the level is for the {level.phantom_cm} cm phantom is convention, not read in its text."
            )


def _ages(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    asked, given = ages_said(level.group), ages_said(group.patients)
    if "phantom" not in (level.group.category, group.patients.category):
        yield _held(level.group.ages, group.patients.ages, asked, given)
    elif level.group.category != group.patients.category:
        yield Said("refused", f"For {asked}, the group is {given}: not compared.")


def _weights(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    asked, given = level.group.weights, group.patients.weights
    if asked.is_bounded and given.is_bounded:
        yield _held(asked, given, weights_said(asked), weights_said(given))
    elif asked.is_bounded and level.group.category == "adult":
        yield Said(
            "open", f"All sizes: the level is for {weights_said(asked)}, and the weights of the group are not known."
        )
    elif asked.is_bounded:
        yield Said("refused", f"For {weights_said(asked)}, and the weights of the group are not known: not compared.")
    elif given.is_bounded:
        yield Said("open", f"The level names no weights, the group is {weights_said(given)} only.")


def _thicknesses(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    asked, given = level.group.thicknesses, group.patients.thicknesses
    if asked.is_bounded and given.is_bounded:
        yield _held(asked, given, thicknesses_said(asked), thicknesses_said(given))
    elif asked.is_bounded:
        yield Said("refused", f"For {thicknesses_said(asked)}, and the group's are not known: not compared.")


def _held(asked: Span, given: Span, asked_said: str, given_said: str) -> Said:
    if asked.holds(given):
        return Said("fits", f"For {asked_said}, the group is {given_said}.")
    beyond = " and reaches beyond" if asked.meets(given) else ""
    return Said("refused", f"For {asked_said}, the group is {given_said}{beyond}: not compared.")


def _sex(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    asked, given = level.group.sex, group.patients.sex
    if asked is not None and asked != given:
        yield Said("refused", f"For {asked} patients, the group is {given or 'of both sexes'}: not compared.")
    elif asked is not None:
        yield Said("fits", f"For {asked} patients, as the group.")


def _indication(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    if level.indication is None:
        return
    if group.indication is None:
        why = "why these exams were made is not known, so all of the procedure are in"
        yield Said("open", f"The level is for {level.indication}; {why}.")
    elif group.indication.casefold() in {level.indication.casefold(), *level.indication.casefold().split("/")}:
        yield Said("fits", f"For {level.indication}, the group is for {group.indication}.")
    else:
        yield Said("refused", f"For {level.indication}, the group is for {group.indication}: not compared.")


def _contrast(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    yield from _worded(level.contrast, group.contrast, "scans {} contrast medium", "whether contrast medium was given")


def _phases(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    words = {"single": "a single phase", "multiple": "several phases", None: None}
    yield from _worded(words[level.phases], words[group.phases], "{}", "how many phases were scanned")


def _technique(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    yield from _worded(level.technique, group.technique, "“{}”", "which of these exams are of this kind")


def _worded(asked: str | None, given: str | None, form: str, unknown: str) -> Iterator[Said]:
    if asked is None:
        return
    if given is None:
        yield Said("open", f"The level is for {form.format(asked)}; {unknown} is not known.")
    elif asked.casefold() == given.casefold():
        yield Said("fits", f"For {form.format(asked)}, as the group.")
    else:
        yield Said("refused", f"For {form.format(asked)}, the group is for {form.format(given)}: not compared.")


def _view(level: ReferenceLevel, group: LevelGroup) -> Iterator[Said]:
    if not level.views:
        return
    asked = " or ".join(_VIEWS_SAID.get(view, view) for view in level.views)
    if group.view is None:
        yield Said("refused", f"For the projection {asked}, and the group's is not known: not compared.")
    elif group.view.casefold() in level.views:
        yield Said("fits", f"For the projection {asked}, the group is {group.view}.")
    else:
        yield Said("refused", f"For the projection {asked}, the group is {group.view}: not compared.")


RULES: tuple[Callable[[ReferenceLevel, LevelGroup], Iterator[Said]], ...] = (
    _by_itself, _per, _computed, _phantom, _ages, _weights, _thicknesses, _sex, _indication, _contrast, _phases, _technique, _view,
)  # fmt: skip
