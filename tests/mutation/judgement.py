"""What became of a spoilt object, beside the sound one: one state, and no number that is wrong without a mark."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from doseloop.harmonise.held import HeldObject
from doseloop.harmonise.study import unite
from doseloop.model.dose_object import DoseObject, ReadResult
from doseloop.model.errors import DoseloopError, NotDose, ReaderStopped
from doseloop.model.reading import Code, Reading

Outcome = ReadResult | DoseloopError
State = Literal["read", "partly read", "not dose", "quarantined"]
Numbers = dict[str, float | str]
"""Every number, date and time that would be published, by what it is of."""

TOLERATED = 1e-6
AGES_AGREE_WITHIN_YEARS = 1.0
"""Patient's Age is in whole years; where it is lost the birth date tells to the day."""
_DATES = ("started_at", "date", "time", "ended_at")


@dataclass(frozen=True, slots=True)
class Published:
    """What an object publishes, and what marks it as incomplete or contradictory."""

    numbers: Numbers
    """Of all but the events."""
    events: tuple[tuple[str, Numbers], ...]
    """The numbers of each event, with its UID and how often that stood before."""
    marks: frozenset[str]

    def by(self, *, uid: bool) -> Numbers:
        """All numbers, those of events by UID or by their place in the object."""
        named = (
            (f"event {name if uid else number} {what}", value)
            for number, (name, numbers) in enumerate(self.events)
            for what, value in numbers.items()
        )
        return self.numbers | dict(named)

    @property
    def uids(self) -> frozenset[str]:
        """UIDs of events."""
        return frozenset(name for name, _ in self.events)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a spoilt object came out."""

    state: State
    code: str
    """Of the error, empty where it was read."""
    wrong: tuple[str, ...] = ()
    """Numbers that differ from the sound object's without a mark."""
    fewer: bool = False
    """Whether numbers are absent without a mark."""


def published(result: ReadResult) -> Published:
    """The numbers of an object and of the exam that it makes alone, and their marks."""
    record = unite([HeldObject(1, result.dose)], "UTC", "site", lambda names, modality: None)
    numbers = dict(_of_object(result.dose))
    for part in record.parts:
        numbers |= {f"total {total.quantity}": total.value for total in part.totals if total.value is not None}
    marks = frozenset((*result.dose.missing, *record.issues))
    return Published(numbers, tuple(_events(result.dose)), marks)


def judged(outcome: Outcome, sound: Published | None) -> Verdict:
    """The verdict on an outcome. `sound` is what the sound object publishes, None where it holds no dose."""
    if isinstance(outcome, DoseloopError):
        return Verdict("not dose" if isinstance(outcome, NotDose) else "quarantined", outcome.code)
    found = published(outcome)
    expected = sound or Published({}, (), frozenset())
    if found.marks - expected.marks:
        return Verdict("partly read", "")
    # An event whose UID was spoilt is still the event in its place.
    uid = found.uids == expected.uids or len(found.events) != len(expected.events)
    now, before = found.by(uid=uid), expected.by(uid=uid)
    return Verdict("read", "", tuple(sorted(_differences(before, now))), fewer=bool(before.keys() - now.keys()))


def was_stopped(outcome: Outcome) -> bool:
    """Whether its limits ended the reader, or it died."""
    return isinstance(outcome, ReaderStopped)


def _differences(expected: Numbers, found: Numbers) -> Iterator[str]:
    for what, value in found.items():
        if what not in expected:
            yield f"{what} is {value}, and was nothing"
        elif not _agree(what, expected[what], value):
            yield f"{what} is {value}, and was {expected[what]}"


def _agree(what: str, one: float | str, other: float | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    if what == "patient age_years":
        return abs(one - other) <= AGES_AGREE_WITHIN_YEARS
    return abs(one - other) <= TOLERATED * max(abs(one), abs(other))


def _of_object(dose: DoseObject) -> Iterator[tuple[str, float | str]]:
    yield from _of("patient", dose.patient)
    yield from _of("study", dose.study)
    yield from _of("CT total", dose.ct_totals)
    for number, plane in enumerate(dose.plane_totals):
        yield from _of(f"plane {number}", plane)


def _events(dose: DoseObject) -> Iterator[tuple[str, Numbers]]:
    seen: Counter[str] = Counter()
    for event in (*dose.ct_events, *dose.projection_events, *dose.administrations, *dose.mr_series):
        uid = event.event_uid.value if event.event_uid else "without UID"
        yield f"{uid} {seen[uid]}", dict(_of("", event))
        seen[uid] += 1


def _of(name: str, value: Any) -> Iterator[tuple[str, float | str]]:
    if isinstance(value, Reading):
        yield from _of(name, value.value)
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from _of(f"{name} {number}", one)
    elif is_dataclass(value) and not isinstance(value, Code):
        for each in fields(value):
            yield from _of(f"{name} {each.name}", getattr(value, each.name))
    elif (isinstance(value, float | int) and not isinstance(value, bool)) or (
        isinstance(value, str) and name.endswith(_DATES)
    ):
        yield name, value
