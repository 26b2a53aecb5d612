"""What a typed patient number or staff name can stand for."""

import re

_DUMMY = re.compile(
    r"^(0+|9+|x+|1234\d*|unknown|anonymous|anonymi[sz]ed|(removed|redacted|deleted)\d*|no ?id|test|none|null|n/?a|[-.?]+)$",
    re.IGNORECASE,
)
_SHARED = re.compile(r"[,;/&+]|\b(and|und|team|student|ct|mta|mtra|rtg|staff|user|admin|tech)\b", re.IGNORECASE)


def joins(number: str | None) -> bool:
    """Whether a patient number can join studies: empty and dummy numbers never do."""
    return bool(number and number.strip()) and not _DUMMY.match((number or "").strip())


def is_one_person(name: str) -> bool:
    """Whether a typed name can be one person: several names, and names of a role or room, are not."""
    return not _SHARED.search(name.replace("^", " "))
