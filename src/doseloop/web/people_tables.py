"""Tables of people: everybody at the sites, and the figures of one."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.urls import reverse

from doseloop.facts.people import PersonProcedure
from doseloop.model.quantities import QUANTITIES, converted, number_shown
from doseloop.report.table import Column, Row, Table, quantity_column
from doseloop.web.people_lists import Somebody
from doseloop.web.templatetags.doseloop import person

TOO_FEW = "too few to show"
_COLUMNS = (
    Column("name", "Name"),
    Column("site", "Site"),
    Column("exams", "Exams", "number"),
    Column("operator", "As operator", "number"),
    Column("physician", "As physician", "number"),
    Column("first", "First seen", "time"),
    Column("last", "Last seen", "time"),
    Column("aliases", "Also typed"),
)
_FIGURES = (
    Column("procedure", "Procedure"),
    Column("exams", "Exams", "number"),
    Column("quantity", "Quantity"),
    Column("median", "Median", "number"),
    Column("others_median", "Median of the others", "number"),
    Column("unit", "Unit"),
    Column("ratio", "Ratio", "number"),
    Column("others", "Others", "number"),
    Column("others_exams", "Their exams", "number"),
    Column("state", "State", "state"),
)


def people_table(name: str, title: str, people: Iterable[Somebody]) -> Table:
    """One row for each."""
    return Table(name, title, _COLUMNS, (_row(one) for one in people))


def figures_table(found: Iterable[PersonProcedure], units: Mapping[str, str]) -> Table:
    """One row for each procedure; of one with too few exams or others nothing but that."""
    return Table("figures", "Figures", _FIGURES, (_figures(one, units) for one in found))


def _row(one: Somebody) -> Row:
    work = one.work
    return Row(
        (
            person(one.name.typed) or one.name.typed,
            one.name.site_name,
            one.exams,
            work.as_operator if work else 0,
            work.as_physician if work else 0,
            _day(work.first if work else None),
            _day(work.last if work else None),
            "; ".join(alias.typed for alias in one.aliases),
        ),
        links={"name": reverse("person", args=[one.name.key])},
    )


def _day(moment: datetime | None) -> date | None:
    """The day by the site's own clock, as exams have it."""
    return moment.date() if moment else None


def _figures(one: PersonProcedure, units: Mapping[str, str]) -> Row:
    quantity, links = QUANTITIES[one.quantity], {"procedure": reverse("procedure", args=[one.key])}
    unit = quantity_column(one.quantity, units).unit
    shown = one.compared
    if shown is None:
        return Row((one.name, *[None] * (len(_FIGURES) - 2), TOO_FEW), links=links, tones={"state": "quiet"})
    medians = {"median": shown.median, "others_median": shown.others_median}
    own, others = (converted(one.quantity, value, unit) for value in medians.values())
    ratio = own / others if others else None
    return Row(
        (one.name, shown.exams, quantity.symbol, own, others, unit, ratio, shown.others, shown.others_exams, None),
        links=links,
        shown={key: number_shown(one.quantity, value, unit) for key, value in medians.items()}
        | ({} if ratio is None else {"ratio": f"{ratio:.2f}"}),
    )
