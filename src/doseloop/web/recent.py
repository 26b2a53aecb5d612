"""The last year, or everything: what a list looks back over, as it stands in the address."""

from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest

from doseloop.model.errors import UnusableInput

YEAR: Final = 365
EVERYTHING: Final = 36_525
"""Days of a hundred years: further back than any dose was recorded."""
_SPANS = {YEAR: "1 year", EVERYTHING: "All"}


def days_of(request: HttpRequest) -> int:
    """The days that are looked back over, a year unless the address says otherwise. Errors: `UnusableInput`."""
    given = request.GET.get("days") or str(YEAR)
    if given not in map(str, _SPANS):
        raise UnusableInput(f"days: {given[:10]!r} is none of {', '.join(map(str, _SPANS))}.")
    return int(given)


def spans(request: HttpRequest) -> list[dict[str, object]]:
    """The choices, each with its address."""
    kept, chosen = request.GET.dict(), days_of(request)
    return [
        {"text": text, "address": "?" + urlencode({**kept, "days": days}), "chosen": days == chosen}
        for days, text in _SPANS.items()
    ]
