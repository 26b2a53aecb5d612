"""Texts by which things are found again: one that is far longer than DICOM allows is no identifier.

Cut short it could name another patient or study, and no database can search by a text of any length.
"""

from collections.abc import Iterator

from doseloop.model.dose_object import ReadResult
from doseloop.model.errors import Malformed
from doseloop.model.exam import Event

LONGEST = 200
"""Characters of a UID, a number, an issuer or what an equipment is called; PS3.5 table 6.2-1 allows 64."""
LONGEST_NAME = 600
"""Characters of a person's name; PS3.5 table 6.2-1 allows 64 in each of three component groups."""


def check(result: ReadResult) -> None:
    """Errors: `Malformed`, naming the identifier that is too long."""
    for what, text, longest in _identifiers(result):
        if text is not None and len(text) > longest:
            raise Malformed(f"The {what} has {len(text):,} characters; more than {longest} cannot be one.")


def _identifiers(result: ReadResult) -> Iterator[tuple[str, str | None, int]]:
    who, dose = result.identity, result.dose
    yield "patient's number", who.number, LONGEST
    yield "issuer of the patient's number", who.issuer, LONGEST
    yield "patient's name", who.name, LONGEST_NAME
    yield "SOP Instance UID", dose.sop_instance_uid, LONGEST
    yield "Study Instance UID", dose.study.study_uid, LONGEST
    yield "Series Instance UID", dose.series_uid, LONGEST
    for name in ("manufacturer", "model", "serial_number", "station_name"):
        yield name.replace("_", " "), getattr(dose.equipment, name), LONGEST
    for name in (*dose.people.operators, *dose.people.physicians):
        yield "name of an operator or physician", name, LONGEST_NAME
    events: tuple[Event, ...] = (*dose.ct_events, *dose.projection_events, *dose.administrations, *dose.mr_series)
    for event in events:
        yield "UID of an event", event.event_uid.value if event.event_uid else None, LONGEST
