"""What one looks at on a page of somebody's figures: the part played and the period, as they stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest

from doseloop.access.scope import Scope
from doseloop.facts.people import Played, Work, procedures_of
from doseloop.facts.windows import Window
from doseloop.model.errors import UnusableInput
from doseloop.report.table import Table
from doseloop.store.site_list import display_units
from doseloop.web.clock import today_here
from doseloop.web.facts import the_facts
from doseloop.web.people_tables import figures_table
from doseloop.web.procedure_view import PERIODS

Choices = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class PersonView:
    """The part played and the period."""

    played: Played
    days: int


def view_of(given: Mapping[str, str], work: Work | None) -> PersonView:
    """The view of an address; the part is what the person was more often. Errors: `UnusableInput`, naming the field."""
    usual = Played.PHYSICIAN if work and work.as_physician > work.as_operator else Played.OPERATOR
    played, days = given.get("played") or usual.value, given.get("days") or "365"
    if played not in set(Played):
        raise UnusableInput(f"Somebody is {' or '.join(Played)} in an exam, not “{played[:20]}”.")
    if days not in {str(known) for known in PERIODS}:
        raise UnusableInput(f"The period is one of {', '.join(map(str, PERIODS))} days.")
    return PersonView(Played(played), int(days))


def figures(scope: Scope, whom: int, view: PersonView) -> Table:
    """A person's medians beside those of the others, what is of too few left out."""
    window, least = Window.of_days_until(today_here(), view.days), settings.DOSELOOP.people_least_exams
    found = procedures_of(the_facts(), scope, whom, view.played, window, least)
    return figures_table(found, display_units(scope))


def controls(request: HttpRequest, view: PersonView) -> dict[str, Choices]:
    """The choices of part and period."""
    return {
        "played": _choices(request, "played", {one.value: f"As {one.value}" for one in Played}, view.played),
        "periods": _choices(request, "days", {str(days): words for days, words in PERIODS.items()}, str(view.days)),
    }


def _choices(request: HttpRequest, field: str, words: Mapping[str, str], chosen: str) -> Choices:
    kept = request.GET.dict()
    return [
        {"text": text, "address": "?" + urlencode({**kept, field: key}), "chosen": key == chosen}
        for key, text in words.items()
    ]
