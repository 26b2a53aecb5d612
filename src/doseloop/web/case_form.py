"""What the forms of a case send, as the store takes it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from django.http import QueryDict

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.store.case_actions import NewAction
from doseloop.store.case_changes import Following, Judgement

_DIGITS = 12
FIRST_QUANTITIES: Final = ("dlp_mgy_cm", "ctdi_vol_mgy", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s", "agd_mgy")
"""What an action mostly aims at; the rest of the table follows."""


def key_in(text: str, otherwise: str) -> int:
    """A key. Errors: `UnusableInput` that says `otherwise`."""
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput(otherwise)
    return int(text)


def day_in(text: str, what: str) -> date | None:
    """A day, None where none is typed. Errors: `UnusableInput`."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UnusableInput(f"{what} has to be a day, such as 2026-11-27.") from None


def moment_in(text: str, what: str) -> datetime:
    """A wall clock of the site. Errors: `UnusableInput`."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise UnusableInput(f"{what} has to be a day and time by the clock of the site, such as 2026-11-27 14:30.")
    return found


def following(given: Mapping[str, str]) -> Following:
    """Title, owner and due day. Errors: `UnusableInput`."""
    owner = given.get("owner", "")
    return Following(
        title=given.get("title", ""),
        owner=key_in(owner, "Choose an owner from the list.") if owner else None,
        due=day_in(given.get("due", ""), "Due"),
    )


def judgement(given: Mapping[str, str]) -> Judgement:
    """Cause and classification. Errors: `UnusableInput`."""
    return Judgement(
        cause=given.get("cause", ""),
        cause_note=given.get("cause_note", ""),
        classification=given.get("classification", ""),
        rule_pack=given.get("rule_pack", ""),
        report_by=day_in(given.get("report_by", ""), "To be reported by"),
        reported_on=day_in(given.get("reported_on", ""), "Reported on"),
    )


def action(given: QueryDict) -> NewAction:
    """What was changed. Errors: `UnusableInput`."""
    direction = given.get("direction", "")
    if direction not in ("fall", "rise"):
        raise UnusableInput("Say whether the dose should fall or rise.")
    percent = _percent(given.get("percent", ""))
    return NewAction(
        kind=given.get("kind", ""),
        text=given.get("text", ""),
        scanners=tuple(key_in(one, "Choose scanners from the list.") for one in given.getlist("scanner")),
        procedure=given.get("procedure") or None,
        protocol=given.get("protocol", ""),
        quantity=given.get("quantity", ""),
        at=moment_in(given.get("at", ""), "When"),
        by=given.get("by", ""),
        expected_percent=-percent if direction == "fall" else percent,
    )


def quantities() -> tuple[tuple[str, str], ...]:
    """Key and words of the quantities that an action may aim at."""
    first = [key for key in FIRST_QUANTITIES if key in QUANTITIES]
    keys = [*first, *(key for key in QUANTITIES if key not in first)]
    return tuple((key, f"{QUANTITIES[key].symbol}: {QUANTITIES[key].name}") for key in keys)


def _percent(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        raise UnusableInput("The expected change has to be a number of per cent.") from None
    if not found > 0:
        raise UnusableInput("The expected change has to be above 0 %; say fall or rise beside it.")
    return found
