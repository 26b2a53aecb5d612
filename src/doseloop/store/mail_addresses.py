"""Mail addresses that people type."""

import re
from collections.abc import Sequence
from typing import Final

from doseloop.model.errors import UnusableInput

MOST: Final = 50
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}")
"""As the e-mail field of HTML takes them."""


def checked(given: Sequence[str], least: int = 0) -> list[str]:
    """The addresses, each once, in their order. Errors: `UnusableInput`, naming one that is none, or how many there may be."""
    found = list(dict.fromkeys(one.strip() for one in given if one.strip()))
    for one in found:
        if not _ADDRESS.fullmatch(one):
            raise UnusableInput(f"{one[:80]!r} is no mail address.")
    if not least <= len(found) <= MOST:
        raise UnusableInput(f"Give {least or 'up'} to {MOST} mail addresses; for more, use one address of a list.")
    return found
