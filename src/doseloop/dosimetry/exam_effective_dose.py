"""Effective dose of a part that is no CT, and of the whole exam: what its exposures add up to, by tissue weights."""

from collections.abc import Sequence
from typing import Final

from doseloop.dosimetry.act import acts, together
from doseloop.model.estimate import Estimated, default_of

_QUANTITY: Final = "effective_dose_msv"


def of_part(events: Sequence[tuple[Estimated, ...]]) -> tuple[Estimated, ...]:
    """Of a part, from what was estimated of each of its events: of a single exposure by each set of coefficients; of several the
    sum of what stands for each. Empty where no event is of a kind that has an effective dose."""
    concerned = _concerned(events)
    if len(concerned) < 2:
        return concerned[0] if concerned else ()
    return (together([_standing(found) for found in concerned], "exposure"),)


def of_whole(parts: Sequence[tuple[Estimated, ...]]) -> tuple[Estimated, ...]:
    """Of the exam, a PET/CT too, from its parts. A part whose dose is not known leaves no sum, and says why."""
    concerned = _concerned(parts)
    if len(concerned) < 2:
        return concerned[0] if concerned else ()
    sums = acts(*concerned) if len(concerned) == 2 else ()
    return sums or (together([_standing(found) for found in concerned], "part"),)


def _concerned(found: Sequence[tuple[Estimated, ...]]) -> list[tuple[Estimated, ...]]:
    doses = [tuple(one for one in estimates if one.quantity == _QUANTITY) for estimates in found]
    return [one for one in doses if one]


def _standing(found: tuple[Estimated, ...]) -> Estimated:
    return default_of(found, _QUANTITY) or found[0]
