"""What results are split by: what a word made a group, and what is compared side by side."""

from typing import Final

from doseloop.ask.outcome import NoReading
from doseloop.ask.planning.filters import Resolved
from doseloop.ask.said import Said

_MAKES_GROUP: Final = frozenset(("rank", "superlative", "top", "compare", "which_one", "which_many", "versus"))
_COMPARED: Final = ("procedure", "scanner", "operator", "physician", "site", "modality", "region", "protocol", "manufacturer",
                    "sex", "age_group", "weekday")  # fmt: skip

_PEOPLE: Final = frozenset(("operator", "physician"))


def asked_groups(said: Said, found: Resolved) -> list[str]:
    """The groups of a question that stands alone, in order.

    Raises: NoReading where a dimension is named and nothing says what for.
    """
    both = [one for one in ("scanner", "site", "operator", "physician") if one in said.clears]
    if both and said.cues & {"compare", "versus"}:
        said.cue("compared", 0)
        said.groups.extend(both)
    if "together" in said.cues and (said.cues & {"compare", "versus"} or len(found.positive("procedure")) > 1):
        raise NoReading("together and apart")
    groups = list(said.groups) + _bare(said, found) + compared_fields(said, found)
    if len(found.positive("procedure")) > 1:
        groups.append("procedure")
    unique = list(dict.fromkeys(groups))
    if set(unique) >= _PEOPLE and not set(said.groups) >= _PEOPLE:
        raise NoReading("whose colleagues are meant")
    if len(unique) > 3:
        raise NoReading("more than three groups")
    return unique


def _bare(said: Said, found: Resolved) -> list[str]:
    groups = []
    for dimension, at, is_plural in said.bare_groups:
        beside = [one for one in said.values if one.field == dimension and abs(one.at - at) <= 3]
        if beside and not is_plural:
            continue
        limits = any(one.field == "group_count" for one, _ in found.limits)
        if not (said.cues & _MAKES_GROUP or said.order or limits):
            raise NoReading(f"nothing is done with {dimension}")
        groups.append(dimension)
    return groups


def compared_fields(said: Said, found: Resolved) -> list[str]:
    """Fields whose values are set against each other, as in "A versus B"."""
    places = [said.places[cue] for cue in ("versus", "compare") if cue in said.cues]
    if not places:
        return []
    pairs = [name for name in _COMPARED if len(found.positive(name)) > 1]
    if "versus" in said.cues:
        pairs = [name for name in pairs if _stand_around(found, name, said.places["versus"])] or _after_compare(
            said, pairs
        )
    if pairs:
        said.cue("versus_pair", places[0])
    return pairs


def _after_compare(said: Said, pairs: list[str]) -> list[str]:
    """ "Compare A and B against the reference": the pair is compared too."""
    return pairs if "compare" in said.cues else []


def _stand_around(found: Resolved, name: str, at: int) -> bool:
    places = [one.at for one in found.named if one.field == name and one.how in ("set", "add")]
    return any(place < at for place in places) and any(place > at for place in places)
