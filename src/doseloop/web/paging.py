"""The page that an address asks for."""

from collections.abc import Mapping

_DIGITS = 6


def page_number(given: Mapping[str, str], total: int, size: int) -> int:
    """The page from 1; the first where the address names none, the last where it names one beyond."""
    last = max(1, -(-total // size))
    text = given.get("page", "")
    if not (text.isascii() and text.isdigit()):
        return 1
    digits = text.lstrip("0")
    return min(int(digits), last) if 0 < len(digits) <= _DIGITS else last if digits else 1
