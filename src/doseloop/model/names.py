"""What a typed patient number can stand for."""

import re

_DUMMY = re.compile(
    r"^(0+|9+|x+|1234\d*|unknown|anonymous|anonymi[sz]ed|(removed|redacted|deleted)\d*|no ?id|test|none|null|n/?a|[-.?]+)$",
    re.IGNORECASE,
)


def joins(number: str | None) -> bool:
    """Whether a patient number can join studies: empty and dummy numbers never do."""
    return bool(number and number.strip()) and not _DUMMY.match((number or "").strip())
