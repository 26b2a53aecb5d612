"""Events of an exam with what was measured in the axial images that show them."""

from collections.abc import Sequence
from dataclasses import replace

from doseloop.dosimetry.of_exam import EventOfExam
from doseloop.harmonise.series_of_event import series_of_events
from doseloop.model.ct import CtEvent
from doseloop.model.ct_series import CtSeries
from doseloop.model.diameter import MeasuredNoise


def with_images(events: tuple[EventOfExam, ...], series: Sequence[CtSeries]) -> tuple[EventOfExam, ...]:
    """The events, those of CT with the diameter and the noise of the series that show them best."""
    places = [place for place, one in enumerate(events) if isinstance(one.event, CtEvent)]
    shown = [one.event for one in events if isinstance(one.event, CtEvent)]
    sizes = series_of_events(shown, series, lambda one: one.diameter is not None)
    noises = series_of_events(shown, series, lambda one: one.noise_hu is not None)
    found = list(events)
    for number, place in enumerate(places):
        of_size, of_noise = sizes.get(number), noises.get(number)
        diameter = of_size.diameter if of_size else None
        found[place] = replace(events[place], diameter=diameter, noise=_noise(of_noise) if of_noise else None)
    return tuple(found)


def _noise(series: CtSeries) -> MeasuredNoise | None:
    return MeasuredNoise(series.noise_hu, series.told) if series.noise_hu is not None else None
