"""For whom a protocol is made, by the words of its name: `data/protocol_ages.yaml`."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Literal

from doseloop.reference.data_yaml import parsed
from doseloop.reference.names import normalised

MadeFor = Literal["adult", "child", ""]

_BRACKETS: Final = re.compile(r"[()\[\]]")
"""What stands in them is dropped from a name that is compared, and here it is what is looked for."""
_KEPT: Final = 4096


@lru_cache(maxsize=_KEPT)
def made_for(name: str) -> MadeFor:
    """`adult` or `child`; empty where the name says neither, or both."""
    words = f" {normalised(_BRACKETS.sub(' ', name))} "
    adult, child = (any(f" {one} " in words for one in _words()[kind]) for kind in ("adult", "child"))
    if adult == child:
        return ""
    return "adult" if adult else "child"


@cache
def _words() -> dict[str, frozenset[str]]:
    entries = parsed((files("doseloop.reference") / "data" / "protocol_ages.yaml").read_text("utf-8"))
    return {kind: frozenset(word for one in entries for word in one[kind]) for kind in ("adult", "child")}
