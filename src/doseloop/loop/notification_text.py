"""What a message about flags says: how many, of which rule, at which scanner, of which procedure. Nothing about a patient.

Names of scanners come from the network. In a message they are plain words on one line: what a chat would take for a mention, or
a mail program for a link, is taken out of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from doseloop.model.notification import How, Severity, Timing
from doseloop.store.outbox import Told

_MOST_LINES: Final = 20
_LONGEST_NAME: Final = 80
_MARKUP: Final = str.maketrans({"<": "‹", ">": "›", "@": "＠", "*": "∗", "`": "'", "_": " ", "[": "(", "]": ")"})
NO_PATIENT: Final = "This message has no patient's data; the pages show them to who may see them."


@dataclass(frozen=True, slots=True)
class Message:
    """A subject and a text."""

    subject: str
    text: str


def message(site: str, told: Sequence[Told], timing: Timing, web_address: str, *, with_links: bool) -> Message:
    """The message about these flags; `web_address` is empty where links are left out."""
    order = sorted(told, key=lambda one: (list(Severity).index(one.severity), -one.flag), reverse=True)
    groups = Counter(_line(one) for one in order)
    lines = [f"{line} ({number})" if number > 1 else line for line, number in groups.items()]
    shown = lines[:_MOST_LINES]
    if len(lines) > len(shown):
        rest = sum(list(groups.values())[_MOST_LINES:])
        shown.append(f"and {rest} more")
    links = _links(order, web_address, with_links=with_links)
    text = [_head(len(told), timing), "", *shown, "", *links, NO_PATIENT]
    return Message(f"Doseloop, {plain(site)}: {_said(told, timing)}", "\n".join(text))


def trial(site: str, web_address: str) -> Message:
    """A message that shows that messages arrive."""
    text = ["This is a test. Messages about flags will arrive like this one.", "", *_links([], web_address), NO_PATIENT]
    return Message(f"Doseloop, {plain(site)}: test", "\n".join(text))


def plain(name: str) -> str:
    """A name as plain words on one line."""
    words = " ".join("".join(one if one.isprintable() else " " for one in name).split())
    return words.replace("://", " : ").replace("www.", "www ").translate(_MARKUP)[:_LONGEST_NAME]


def _line(one: Told) -> str:
    where = ", ".join(filter(None, (plain(one.procedure), plain(one.scanner))))
    return f"{one.title}: {where}" if where else one.title


def _said(told: Sequence[Told], timing: Timing) -> str:
    number = len(told)
    flags = "1 flag" if number == 1 else f"{number} flags"
    if timing.how is How.UNSEEN:
        return f"{flags} that nobody has judged"
    urgent = sum(one.severity is Severity.HIGH for one in told)
    return flags if not urgent else f"{flags}, urgent" if urgent == number else f"{flags}, {urgent} of them urgent"


def _head(number: int, timing: Timing) -> str:
    if timing.how is How.UNSEEN:
        hours = "an hour" if timing.wait_h == 1 else f"{timing.wait_h} hours"
        return f"Nobody has judged {'this flag' if number == 1 else 'these flags'} for {hours} or more:"
    return "New flag:" if number == 1 else "New flags:"


def _links(order: Sequence[Told], web_address: str, *, with_links: bool = False) -> list[str]:
    if not web_address:
        return []
    root = web_address.rstrip("/")
    each = [f"{one.title}: {root}/flags/{one.flag}/" for one in order[:_MOST_LINES]] if with_links else []
    return [*each, f"All open flags: {root}/flags/", ""]
