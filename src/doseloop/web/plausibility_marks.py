"""Values of an exam that lie outside of what its scanner records: how they are marked, with the limits."""

from collections.abc import Iterable

from doseloop.access.scope import Scope
from doseloop.assess.plausibility import limits
from doseloop.model.quantities import number_shown
from doseloop.store.exam_detail import ExamDetail
from doseloop.store.exam_events import EventDetail
from doseloop.store.recorded_limits import QUANTITIES, group, past_of


def marks(scope: Scope, exam: ExamDetail, events: Iterable[EventDetail]) -> dict[tuple[int, str], str]:
    """What to say of each value outside, by position of the event and quantity: `outside of what this scanner records: 3400
    against 2 to 60`. None of exams that were set apart."""
    if exam.excluded_as:
        return {}
    past = past_of(scope, exam.id)
    known = {}
    found = {}
    for event in events:
        name = group(event.protocol, event.role)
        for quantity in QUANTITIES:
            reading = event.readings.get(quantity)
            if reading is None or quantity not in past:
                continue
            if (quantity, name) not in known:
                known[quantity, name] = limits(name, past[quantity])
            held = known[quantity, name]
            if held and not held.holds(reading.value):
                unit = exam.site.units.get(quantity)
                value, low, high = (number_shown(quantity, one, unit) for one in (reading.value, held.low, held.high))
                found[event.position, quantity] = (
                    f"outside of what this scanner records: {value} against {low} to {high}"
                )
    return found
