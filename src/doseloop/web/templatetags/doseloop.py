"""What templates may call: quantities, times, icons, names of patients."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from doseloop.assess import registry
from doseloop.model.quantities import COMPUTED, QUANTITIES, number_shown, shown, unit_of
from doseloop.web import ages, clock
from doseloop.web.tables import plain_number

register = template.Library()
register.filter("ago", clock.ago)
register.filter("wall_clock", clock.wall_clock)
register.filter("age", ages.age_said)
register.filter("plain_number", plain_number)

_TONES = {
    "open": ("above", "flag"),
    "case": ("accent", "loop"),
    "set aside": ("quiet", "check"),
    "waiting for effect": ("caution", "clock"),
    "effect shown": ("good", "check"),
    "met": ("good", "check"),
    "not met": ("above", "cross"),
    "worse": ("above", "alert"),
    "too early": ("caution", "clock"),
    "cannot tell": ("caution", "question"),
    "closed": ("good", "check"),
    "reopened": ("above", "undo"),
    "overdue": ("above", "clock"),
    "withdrawn": ("quiet", "minus"),
    "above": ("above", "up"),
    "within": ("good", "check"),
    "low": ("caution", "down"),
    "too few": ("quiet", "minus"),
    "no verdict": ("caution", "question"),
    "read": ("good", "check"),
    "partly read": ("caution", "alert"),
    "quarantined": ("above", "cross"),
    "waiting": ("quiet", "clock"),
    "sent": ("good", "check"),
    "failed": ("above", "alert"),
    "not needed": ("quiet", "minus"),
    "not dose": ("quiet", "minus"),
    "provisional": ("caution", "clock"),
    "silent": ("caution", "alert"),
    "sending": ("good", "check"),
    "proposed": ("above", "question"),
    "accepted": ("good", "check"),
    "declined": ("quiet", "minus"),
    "in force": ("good", "check"),
    "taken back": ("quiet", "undo"),
    "likely": ("caution", "alert"),
    "possible": ("quiet", "question"),
    "phantom": ("quiet", "minus"),
    "test": ("quiet", "minus"),
    "revision": ("caution", "alert"),
    "current": ("quiet", "check"),
    "resend": ("quiet", "minus"),
    "demographic update": ("quiet", "minus"),
    "further slice": ("quiet", "minus"),
}
_SHAPES = {"above": "flag", "caution": "alert", "good": "check"}


@register.filter
def is_computed(quantity: str) -> bool:
    """Whether Doseloop computes the quantity; a page then says so."""
    return quantity in COMPUTED


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite; it says nothing to screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>', name)


@register.simple_tag
def state(word: str, text: str = "", tone: str = "quiet") -> SafeString:
    """A state as word, shape and colour; `tone` is for words that are not of the list, such as `2 flags`."""
    tone, shape = _TONES.get(word, (tone, _SHAPES.get(tone, "minus")))
    return format_html('<span class="state state--{}">{}{}</span>', tone, icon(shape), text or word.capitalize())


@register.simple_tag(takes_context=True)
def quantity(context: Mapping[str, Any], key: str, value: float | None) -> str:
    """A value in the site's display unit, with the unit."""
    return shown(key, value, _unit(context, key))


@register.simple_tag(takes_context=True)
def number(context: Mapping[str, Any], key: str, value: float | None) -> str:
    """A value in the site's display unit, without the unit."""
    return number_shown(key, value, _unit(context, key))


@register.simple_tag(takes_context=True)
def unit(context: Mapping[str, Any], key: str) -> str:
    """The site's display unit of a quantity."""
    return unit_of(key, _unit(context, key)).label


@register.simple_tag
def symbol(key: str) -> SafeString:
    """The symbol of a quantity, with its name for who points at it."""
    known = QUANTITIES[key]
    return format_html('<abbr title="{}">{}</abbr>', f"{known.name}. {known.meaning}", known.symbol)


@register.filter
def person(name: str) -> str:
    """A DICOM person name (PS3.5 section 6.2) as people write it: `Doe^Jane` is `Doe, Jane`."""
    first = next((group for group in name.split("=") if group.strip("^ ")), "")
    family, _, rest = first.partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return ", ".join(part for part in (family, given) if part)


@register.filter
def moment(value: datetime | None) -> str:
    """A time of ours in the zone of the page: time alone today, with its day else."""
    return clock.short_time(value) if value else "–"


@register.filter
def percent(value: float) -> str:
    """A share, in whole per cent."""
    return f"{value * 100:.0f} %"


@register.filter
def day(text: str) -> str:
    """An ISO day as `31 Mar 2026`; what is none as it stands."""
    try:
        return clock.day_shown(date.fromisoformat(text))
    except ValueError:
        return text


def _unit(context: Mapping[str, Any], key: str) -> str | None:
    chosen = context.get("units", {}).get(key)
    return chosen if chosen in {one.label for one in QUANTITIES[key].units} else None


@register.filter
def get(given: Mapping[str, Any] | None, key: str) -> Any:
    """The entry of that key, None where there is none."""
    return given.get(key) if given else None


_KINDS = {
    "ct report": "CT dose report",
    "projection report": "Projection dose report",
    "tracer report": "Radiopharmaceutical dose report",
    "pet image": "PET image",
    "mr image": "MR image",
    "ct image": "CT image",
}
RULES = {one.name: one.title for one in registry.RULES.values()}


@register.filter
def kind(word: str) -> str:
    """The kind of an object as a heading."""
    return _KINDS.get(word, word.capitalize() or "Object")


@register.filter
def rule(word: str) -> str:
    """The name of a rule."""
    return RULES.get(word, word)


_MAIL = {
    "waiting": ("quiet", "clock", "On its way"),
    "sent": ("good", "check", "Mailed"),
    "failed": ("above", "alert", "Not mailed"),
}


@register.simple_tag
def mail_state(word: str) -> SafeString:
    """How far a mail is."""
    tone, shape, text = _MAIL[word]
    return format_html('<span class="state state--{}">{}{}</span>', tone, icon(shape), text)


@register.simple_tag
def counted(word: str, number: int) -> SafeString:
    """A number of comparisons in a state."""
    tone, shape = _TONES.get(word, ("quiet", "minus"))
    return format_html('<span class="state state--{}">{}{} {}</span>', tone, icon(shape), number, word)
