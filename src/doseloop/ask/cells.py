"""Values of an answer's table as people read them."""

from datetime import date, datetime

from doseloop.ask.answer import Column, Value
from doseloop.ask.wording import percent
from doseloop.model.quantities import NOT_RECORDED, shown


def cell(column: Column, value: Value) -> str:
    """The value with its unit; an en dash where there is none."""
    if value is None or value == "":
        return NOT_RECORDED
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return moment(value)
    if isinstance(value, str):
        return value
    if column.kind == "share":
        return percent(value)
    if column.quantity:
        return shown(column.quantity, value)
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def moment(value: datetime | date) -> str:
    """A day, with its time where it has one."""
    day = f"{value.day} {value:%b %Y}"
    return f"{day}, {value:%H:%M}" if isinstance(value, datetime) else day
