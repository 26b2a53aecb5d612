"""How pages say of a case how far it is, and until when."""

from typing import Final

_TONES: Final = {
    "open": "accent", "waiting for effect": "caution", "effect shown": "good", "closed": "good", "reopened": "above",
}  # fmt: skip


def tone_of(state: str) -> str:
    """How a page colours a state of a case."""
    return _TONES.get(state, "quiet")


def days_said(left: int) -> str:
    """How long it is until a day: `today`, `in 3 days`, `2 days overdue`."""
    if left == 0:
        return "today"
    days = f"{abs(left)} day{'' if abs(left) == 1 else 's'}"
    return f"in {days}" if left > 0 else f"{days} overdue"
