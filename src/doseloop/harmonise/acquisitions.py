"""What a CT acquisition was for: a localiser, bolus tracking, or the examination itself.

CTDIvol is compared for main acquisitions alone; localisers and bolus tracking stay in the examination's DLP.
"""

import re
from typing import Final, Literal

from doseloop.model.ct import CtEvent

Role = Literal["localiser", "bolus tracking", "main"]

CONSTANT_ANGLE: Final = "113805"
STATIONARY: Final = "113806"
FREE: Final = "113807"
SEQUENCED: Final = "113804"
"""CT Acquisition Type, CID 10013 (PS3.16)."""
_MAY_MONITOR: Final = frozenset({STATIONARY, SEQUENCED, FREE})

_LOCALISER: Final = re.compile(
    r"topogram|scout|surview|scano(?:gram)?\b|locali[sz]er|\bpilot\b|uebersicht|übersicht", re.IGNORECASE
)
_BOLUS: Final = re.compile(
    r"pre-?\s*monitor|monitoring|bolus|smart\s*prep|sure\s*start|\btracker\b|\blocator\b|pr(?:ä|ae)monitor",
    re.IGNORECASE,
)
_EXAMINATION: Final = re.compile(
    r"perfusion|vpct|biops|intervention|punktion|drainage|fluoro|\bi-?\s*sequence", re.IGNORECASE
)

MOST_OF_A_MONITORING_DLP_MGY_CM: Final = 100.0
"""Our own line: a stationary run without a telling name and with more than this is an examination (a perfusion)."""


def role(event: CtEvent) -> Role:
    """The role of an event, by its acquisition type (113820, CID 10013) and then by its names.

    A constant angle is a localiser, whatever it is called; a spiral never is one, nor bolus tracking. Stationary runs
    are bolus tracking unless their name or their dose speaks for an examination. Names decide for sequences, and where
    the type is missing.
    """
    code = _type_code(event)
    if code == CONSTANT_ANGLE:
        return "localiser"
    names = " ".join(one.value for one in (event.protocol, event.comment) if one is not None)
    if code is None:
        return _by_name(names)
    if code not in _MAY_MONITOR or _EXAMINATION.search(names):
        return "main"
    if _BOLUS.search(names):
        return "bolus tracking"
    return "bolus tracking" if code == STATIONARY and _is_small(event) else "main"


def _by_name(names: str) -> Role:
    if _LOCALISER.search(names):
        return "localiser"
    return "bolus tracking" if _BOLUS.search(names) else "main"


def _is_small(event: CtEvent) -> bool:
    return event.dlp_mgy_cm is None or event.dlp_mgy_cm.value <= MOST_OF_A_MONITORING_DLP_MGY_CM


def _type_code(event: CtEvent) -> str | None:
    """The code of CID 10013, by its meaning where a maker wrote another code; None where neither is known."""
    if event.acquisition_type is None:
        return None
    code = event.acquisition_type.value
    return code.value if code.value in _KNOWN else _BY_MEANING.get(code.meaning.strip().casefold())


# P5-08001 is the code of spiral acquisition from before SNOMED CT replaced SRT.
_KNOWN: Final = frozenset({CONSTANT_ANGLE, STATIONARY, FREE, SEQUENCED, "116152004", "P5-08001", "702569007"})
_BY_MEANING: Final = {
    "constant angle acquisition": CONSTANT_ANGLE,
    "stationary acquisition": STATIONARY,
    "sequenced acquisition": SEQUENCED,
    "free acquisition": FREE,
    "spiral acquisition": "116152004",
    "cone beam acquisition": "702569007",
}
