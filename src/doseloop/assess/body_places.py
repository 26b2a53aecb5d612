"""How far apart two sets of regions of the body lie, so that neighbours that a scan takes in are no contradiction."""

from collections.abc import Iterable
from typing import Final

_PLACES: Final[dict[str, tuple[int, ...]]] = {
    "head": (0,),
    "sinuses": (0,),
    "orbits": (0,),
    "temporal-bones": (0,),
    "face": (0,),
    "neck": (1,),
    "c-spine": (0, 1),
    "chest": (2,),
    "heart": (2,),
    "t-spine": (2, 3),
    "abdomen": (3,),
    "l-spine": (3, 4),
    "pelvis": (4,),
    "lower-limb": (5,),
}
"""From head to foot. Arms, breasts, the whole body and a spine without a level have no place of their own."""
HEAD: Final = frozenset({"head"})
TRUNK: Final = frozenset({"chest", "heart", "abdomen", "pelvis"})


def are_apart(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether a whole region lies between them; False where either is empty or has a region without a place."""
    first, second = _places(one), _places(other)
    return bool(first and second) and min(abs(a - b) for a in first for b in second) >= 2


def _places(regions: Iterable[str]) -> frozenset[int]:
    found = [_PLACES.get(region) for region in regions]
    return frozenset(place for places in found if places for place in places) if all(found) else frozenset()
