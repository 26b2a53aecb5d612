"""Which series of axial images shows which CT event, and what it tells of the patient's size and of the noise.

By Irradiation Event UID (0008,3010 of the images, 113769 of the report). Where no image has the event's:

1. An event that is known from an image header alone is shown by the series of that image.
2. Else a series shows the one event that it fits: it started while the event's beam was on, or lies within the range that the event
   scanned in the same frame of reference; and neither time, nor range, nor frame of reference speaks against it.

A series that fits two events belongs to none, and a series whose images name the event of another report is never taken for this
one. Localisers have no axial images. Of several series of one event the one that is cut least is taken, then the one with the
largest field of view, then the one with the most images, since they show most of the patient.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from doseloop.harmonise.acquisitions import role
from doseloop.model.ct import CtEvent
from doseloop.model.ct_series import CtSeries
from doseloop.model.diameter import Diameter
from doseloop.model.reading import Reading

T = TypeVar("T")
CLOCKS_DIFFER: Final = timedelta(seconds=2)
"""Our own line: by how much report and images of one scanner may differ about one moment."""
PAST_THE_RANGE_MM: Final = 15.0
"""Our own line: how far beyond the range the middle of an image may lie, which ends at the middle of a collimation."""


def diameters(events: Sequence[CtEvent], series: Sequence[CtSeries]) -> Mapping[int, Diameter]:
    """The diameter of each event that is shown, by its place among the events; events that no series shows are not in it."""
    shown = series_of_events(events, series, lambda one: one.diameter is not None)
    return {place: found for place, one in shown.items() if (found := one.diameter)}


def noises_hu(events: Sequence[CtEvent], series: Sequence[CtSeries]) -> Mapping[int, float]:
    """The noise of each event that is shown, HU, likewise: of the series that shows the most of the patient among those that have
    enough homogeneous tissue. `series_of_events` tells of which kernel and thickness it is."""
    shown = series_of_events(events, series, lambda one: one.noise_hu is not None)
    return {place: found for place, one in shown.items() if (found := one.noise_hu) is not None}


def series_of_events(
    events: Sequence[CtEvent], series: Sequence[CtSeries], usable: Callable[[CtSeries], bool]
) -> Mapping[int, CtSeries]:
    """The series that shows each event best, of those that are usable, by the event's place among the events."""
    found: dict[int, list[CtSeries]] = {}
    for one in series:
        place = _event_of(one, events)
        if place is not None and usable(one):
            found.setdefault(place, []).append(one)
    return {place: min(shown, key=_preference) for place, shown in sorted(found.items())}


def _event_of(series: CtSeries, events: Sequence[CtEvent]) -> int | None:
    """The place of the one event that a series shows; None where there is none, or more than one."""
    axial = [place for place, event in enumerate(events) if role(event) != "localiser"]
    uid = series.header.event_uid
    if uid:
        named = [place for place in axial if uid == _value(events[place].event_uid)]
        fitting = named or [place for place in axial if not events[place].event_uid and _fits(series, events[place])]
    else:
        fitting = [place for place in axial if _is_of_image(series, events[place])]
        fitting = fitting or [place for place in axial if _fits(series, events[place])]
    return fitting[0] if len(fitting) == 1 else None


def _is_of_image(series: CtSeries, event: CtEvent) -> bool:
    image, header = event.image, series.header
    if image is None or image.series_uid != header.series_uid:
        return False
    return (image.acquisition_number or "") == header.acquisition_number


def _fits(series: CtSeries, event: CtEvent) -> bool:
    told = (_frame_agrees(series, event), _time_agrees(series, event), _range_agrees(series, event))
    return False not in told and True in told[1:]


def _frame_agrees(series: CtSeries, event: CtEvent) -> bool | None:
    one, other = series.header.frame_of_reference_uid, event.frame_of_reference_uid
    return one == other if one and other else None


def _time_agrees(series: CtSeries, event: CtEvent) -> bool | None:
    """Whether the first image was acquired while the beam was on; None where either time is not known."""
    first, start = _moment(series.header.started_at), _moment(_value(event.started_at))
    if first is None or start is None:
        return None
    lasted = timedelta(milliseconds=max(0.0, min(_value(event.exposure_time_ms) or 0.0, 3_600_000.0)))
    return start - CLOCKS_DIFFER <= first <= start + lasted + CLOCKS_DIFFER


def _range_agrees(series: CtSeries, event: CtEvent) -> bool | None:
    """Whether every image lies within what was scanned; None where either range is not known, or not that both are of one frame of
    reference."""
    ends = [end for end in (_value(event.top_z_mm), _value(event.bottom_z_mm)) if end is not None]
    shown = series.z_range_mm
    if len(ends) < 2 or shown is None or not _frame_agrees(series, event):
        return None
    return min(ends) - PAST_THE_RANGE_MM <= shown[0] and shown[1] <= max(ends) + PAST_THE_RANGE_MM


def _preference(series: CtSeries) -> tuple[float, float, int, str, str]:
    measured = series.measured
    share = sum(one.truncated_share for one in measured) / len(measured) if measured else 1.0
    view = series.header.field_of_view_mm or 0.0
    return round(share, 3), -view, -len(measured), series.header.series_uid, series.header.acquisition_number


def _moment(written: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=None) if written else None
    except ValueError:
        return None


def _value(reading: Reading[T] | None) -> T | None:
    return reading.value if reading else None
