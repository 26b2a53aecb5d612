"""Which series shows which event: by the event's UID, by the image, or by time and place; and when nobody knows."""

from dataclasses import replace
from itertools import permutations
from typing import TypeVar

import pytest

from doseloop.harmonise.series_of_event import diameters, noises_hu
from doseloop.model.ct import CtEvent
from doseloop.model.ct_series import CtSeries, CtSlice, SeriesHeader, SliceMeasure
from doseloop.model.image import ImageHeader
from doseloop.model.reading import Code, Reading

T = TypeVar("T")


def said(value: T) -> Reading[T]:
    return Reading(value, "1.2", str(value))


def series(
    uid: str = "2.25.5", diameter_mm: float = 300.0, share: float = 0.0, images: int = 10, noise: float | None = 12.0,
    z_mm: float = 0.0, **header: object,
) -> CtSeries:  # fmt: skip
    measure = SliceMeasure(diameter_mm, diameter_mm, 0.0, 700.0, share, noise)
    slices = tuple(CtSlice(f"{uid}.{n}", z_mm + 5.0 * n, 5.0, measure) for n in range(images))
    return CtSeries(replace(SeriesHeader(uid), **header), slices)  # type: ignore[arg-type]


def event(
    uid: str = "", start: str = "", z_mm: tuple[float, float] | None = None, frame: str | None = None, **told: object
) -> CtEvent:
    return CtEvent(
        event_uid=said(uid) if uid else None, started_at=said(start) if start else None,
        top_z_mm=said(z_mm[1]) if z_mm else None, bottom_z_mm=said(z_mm[0]) if z_mm else None,
        frame_of_reference_uid=frame, exposure_time_ms=said(8000.0), **told,  # type: ignore[arg-type]
    )  # fmt: skip


LOCALISER = event("2.25.10", acquisition_type=said(Code("113805", "DCM", "Constant Angle Acquisition")))


def test_a_series_shows_the_event_that_its_images_name() -> None:
    events = [LOCALISER, event("2.25.11"), event("2.25.12")]
    found = diameters(
        events, [series(diameter_mm=250, event_uid="2.25.12"), series("2.25.6", 310, event_uid="2.25.11")]
    )
    assert {place: one.value_mm for place, one in found.items()} == {1: 310, 2: 250}
    assert all((one.kind, one.source) == ("water-equivalent", "images") for one in found.values())
    assert "2.25.6" in found[1].detail


def test_a_localiser_is_shown_by_no_series() -> None:
    assert diameters([LOCALISER], [series(event_uid="2.25.10")]) == {}


def test_a_series_of_the_event_of_another_report_shows_none_of_these() -> None:
    events = [event("2.25.11", "2026-03-03T10:00:00")]
    assert diameters(events, [series(event_uid="2.25.99", started_at="2026-03-03T10:00:01")]) == {}


@pytest.mark.parametrize(
    ("seconds", "shown"), [("09:59:57", False), ("09:59:58", True), ("10:00:09", True), ("10:00:11", False)]
)
def test_without_a_uid_it_shows_the_event_during_which_it_started(seconds: str, shown: bool) -> None:
    found = diameters([event("2.25.11", "2026-03-03T10:00:00")], [series(started_at=f"2026-03-03T{seconds}")])
    assert bool(found) is shown


def test_a_series_that_two_events_fit_shows_none() -> None:
    events = [event("2.25.11", "2026-03-03T10:00:00"), event("2.25.12", "2026-03-03T10:00:03")]
    assert diameters(events, [series(started_at="2026-03-03T10:00:04")]) == {}


def test_two_events_of_one_time_are_told_apart_by_their_range() -> None:
    start = "2026-03-03T10:00:00"
    events = [event("2.25.11", start, (-10, 60), "2.25.7"), event("2.25.12", start, (200, 300), "2.25.7")]
    found = diameters(events, [series(z_mm=210, started_at=start, frame_of_reference_uid="2.25.7")])
    assert list(found) == [1]


def test_a_range_of_another_frame_of_reference_says_nothing_and_speaks_against_it() -> None:
    events = [event("2.25.11", "2026-03-03T10:00:00", (-10, 60), "2.25.8")]
    assert diameters(events, [series(started_at="2026-03-03T10:00:00", frame_of_reference_uid="2.25.7")]) == {}


def test_images_beyond_what_was_scanned_are_of_another_event() -> None:
    events = [event("2.25.11", "", (-10, 30), "2.25.7")]
    assert diameters(events, [series(images=20, frame_of_reference_uid="2.25.7")]) == {}
    assert list(diameters(events, [series(images=8, frame_of_reference_uid="2.25.7")])) == [0]


def test_without_time_or_place_nobody_knows() -> None:
    assert diameters([event("2.25.11")], [series()]) == {}


def test_an_event_of_an_image_is_shown_by_the_series_of_that_image() -> None:
    image = ImageHeader("2.25.5.1", "2.25.5", acquisition_number="2")
    found = diameters([event(image=image), event()], [series(acquisition_number="2"), series(acquisition_number="3")])
    assert list(found) == [0]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (series("2.25.6", 300), series("2.25.5", 200, 0.2, 90, field_of_view_mm=500.0)),
        (series("2.25.6", 300, field_of_view_mm=500.0), series("2.25.5", 200, images=90, field_of_view_mm=360.0)),
        (series("2.25.6", 300, images=90), series("2.25.5", 200)),
    ],
    ids=["less cut", "larger field", "more images"],
)
def test_of_several_reconstructions_the_one_that_shows_the_most_is_taken(better: CtSeries, worse: CtSeries) -> None:
    named = [CtSeries(replace(one.header, event_uid="2.25.11"), one.slices) for one in (better, worse)]
    for order in permutations(named):
        assert diameters([event("2.25.11")], order)[0].value_mm == 300


def test_a_series_without_a_diameter_gives_way_to_one_that_has_it() -> None:
    none = CtSeries(
        SeriesHeader("2.25.4", "2.25.11", field_of_view_mm=700), (CtSlice("2.25.4.1", why_not="truncated"),)
    )
    assert diameters([event("2.25.11")], [none, series(event_uid="2.25.11")])[0].value_mm == 300
    assert diameters([event("2.25.11")], [none]) == {}


def test_noise_comes_from_a_series_that_has_it() -> None:
    both = [
        series("2.25.6", noise=None, event_uid="2.25.11"),
        series("2.25.5", share=0.1, noise=9, event_uid="2.25.11"),
    ]
    assert noises_hu([event("2.25.11")], both) == {0: 9}
    assert noises_hu([event("2.25.11")], both[:1]) == {}


def test_a_time_that_cannot_be_read_is_none() -> None:
    assert diameters([event("2.25.11", "10 o'clock")], [series(started_at="2026-03-03T10:00:00")]) == {}
