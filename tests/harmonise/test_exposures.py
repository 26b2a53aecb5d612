"""Images of one exposure, alone and beside a report: what joins them, what tells them apart, and what stays undecided."""

from dataclasses import replace
from typing import Any

import pytest

from doseloop.harmonise.held import HeldObject
from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import CtTotals, Equipment
from doseloop.model.exam import ExamRecord
from doseloop.model.image import ImageHeader
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Reading
from tests.harmonise.reports import number, united
from tests.harmonise.studies import at, held, plane, text


def image(key: int, start: int | None = 0, sources: tuple[str, ...] = (), **fields: Any) -> HeldObject:
    """A radiograph that started so many seconds after ten o'clock."""
    uid = f"2.25.900{key}"
    header = ImageHeader(uid, source_image_uids=sources, acquisition_number=fields.pop("acquisition", None))
    equipment = fields.pop("equipment", Equipment("Maker", "Model", "ROOM1", "77"))
    told: dict[str, Any] = {"kvp": number(70), "dap_gy_cm2": number(1), **fields}
    event = ProjectionEvent(started_at=None if start is None else at(start), image=header, **told)
    return held(
        key,
        "DX",
        5,
        kind="radiograph",
        uid=uid,
        projection_events=(event,),
        image=header,
        equipment=equipment,
    )


def shot(n: int, start: int = 0, **fields: Any) -> ProjectionEvent:
    """An event of a report."""
    told: dict[str, Any] = {"kvp": number(70), "dap_gy_cm2": number(1), "plane": plane("113622"), **fields}
    return ProjectionEvent(event_uid=text(f"2.25.6{n}"), started_at=at(start), **told)


def told(key: int, *events: ProjectionEvent) -> HeldObject:
    return held(key, "DX", 6, projection_events=events)


def events(exam: ExamRecord) -> int:
    return sum(len(part.events) for part in exam.parts)


def is_undecided(exam: ExamRecord) -> bool:
    return any("possibly twice" in issue for issue in exam.issues)


# Images alone


def test_an_image_made_from_another_is_its_exposure_whatever_its_header_leaves_out() -> None:
    exam = united(image(1), image(2, None, ("2.25.9001",), dap_gy_cm2=None))
    assert (events(exam), exam.total("dap_gy_cm2"), exam.issues) == (1, 1.0, ())


def test_two_images_made_from_one_that_is_not_held_are_one_exposure() -> None:
    exam = united(image(1, None, ("2.25.5",)), image(2, None, ("2.25.5",)))
    assert (events(exam), exam.issues) == (1, ())


def test_an_image_that_says_less_of_an_exposure_of_the_same_start_is_that_exposure() -> None:
    exam = united(image(1, event_uid=text("2.25.61")), image(2, dap_gy_cm2=None))
    assert (events(exam), exam.issues) == (1, ())


def test_images_without_a_start_that_nothing_tells_apart_are_possibly_one() -> None:
    exam = united(image(1, None), image(2, None))
    assert events(exam) == 1
    assert is_undecided(exam)


@pytest.mark.parametrize(
    "other",
    [
        {"dap_gy_cm2": number(2)},
        {"laterality": "R"},
        {"view_position": text("LAT")},
        {"acquisition": "2"},
        {"equipment": Equipment("Maker", "Model", "ROOM2", "78")},
    ],
)
def test_what_differs_makes_two_exposures_of_images_without_a_start(other: dict[str, Any]) -> None:
    one = image(1, None, laterality="L", view_position=text("PA"), acquisition="1")
    exam = united(one, image(2, None, **{"laterality": "L", "view_position": text("PA"), "acquisition": "1", **other}))
    assert (events(exam), exam.issues) == (2, ())


def test_two_event_uids_are_two_exposures_although_all_else_is_the_same() -> None:
    exam = united(image(1, event_uid=text("2.25.61")), image(2, event_uid=text("2.25.62")))
    assert (events(exam), exam.total("dap_gy_cm2")) == (2, 2.0)


def test_an_image_that_fits_two_exposures_is_not_counted() -> None:
    exam = united(image(1), image(2, dap_gy_cm2=number(2)), image(3, dap_gy_cm2=None))
    assert (events(exam), exam.total("dap_gy_cm2")) == (2, 3.0)
    assert is_undecided(exam)


def test_an_image_that_was_made_from_several_is_no_exposure_of_its_own() -> None:
    parts = image(1), image(2, 60)
    whole = image(3, 61, ("2.25.9001", "2.25.9002"), dap_gy_cm2=number(2))
    assert (events(united(*parts, whole)), united(*parts, whole).issues) == (2, ())
    assert events(united(whole)) == 1
    assert is_undecided(united(parts[0], whole))


# Beside a report


def test_an_image_with_the_event_uid_of_a_report_is_that_event() -> None:
    exam = united(told(1, shot(1)), image(2, event_uid=text("2.25.61")))
    assert (events(exam), exam.total("dap_gy_cm2"), exam.issues) == (1, 1.0, ())


def test_rounding_in_a_header_is_no_other_dose() -> None:
    exam = united(told(1, shot(1)), image(2, event_uid=text("2.25.61"), dap_gy_cm2=number(1.004)))
    assert exam.issues == ()
    (issue,) = united(told(1, shot(1)), image(2, event_uid=text("2.25.61"), dap_gy_cm2=number(1.4))).issues
    assert "different doses" in issue


def test_the_dose_of_an_image_stands_in_where_the_report_has_none() -> None:
    exam = united(told(1, shot(1, dap_gy_cm2=None)), image(2, event_uid=text("2.25.61")))
    assert (events(exam), exam.total("dap_gy_cm2")) == (1, 1.0)


def test_an_image_without_a_uid_is_the_event_of_its_scanner_time_and_technique() -> None:
    exam = united(told(1, shot(1), shot(2, 300)), image(2, 4))
    assert (events(exam), exam.issues) == (2, ())


@pytest.mark.parametrize(
    "shown",
    [
        image(2, 200),
        image(2, 4, kvp=number(80)),
        image(2, 4, dap_gy_cm2=number(3)),
        image(2, 4, equipment=Equipment("Maker", "Model", "ROOM2", "78")),
        image(2, None),
        image(2, 4, kvp=None, dap_gy_cm2=None, exposure_index=number(200)),
        image(2, 4, event_uid=text("2.25.69")),
    ],
)
def test_an_image_that_does_not_fit_is_possibly_twice_and_not_added(shown: HeldObject) -> None:
    exam = united(told(1, shot(1), shot(2, 300)), shown)
    assert (events(exam), exam.total("dap_gy_cm2")) == (2, 2.0)
    assert is_undecided(exam)


def test_two_candidates_leave_it_undecided() -> None:
    assert is_undecided(united(told(1, shot(1), shot(2, 8)), image(3, 4)))
    assert is_undecided(united(told(1, shot(1)), image(2, 4), image(3, 8)))


def test_an_image_made_from_one_that_a_report_names_is_of_that_event() -> None:
    exam = united(told(1, replace(shot(1), image_uids=("2.25.9002",))), image(2, 900), image(3, None, ("2.25.9002",)))
    assert (events(exam), exam.issues) == (1, ())


# Copies of reports


def test_a_copy_with_other_event_uids_is_possibly_the_same_and_counts_once() -> None:
    copy = replace(shot(1), event_uid=text("2.25.70")), replace(shot(2, 60), event_uid=text("2.25.71"))
    exam = united(told(1, shot(1), shot(2, 60)), told(2, *copy))
    assert (events(exam), exam.total("dap_gy_cm2")) == (2, 2.0)
    assert is_undecided(exam)


def test_equal_events_that_one_report_holds_are_all_counted() -> None:
    exam = united(told(1, shot(1), shot(2)))
    assert (events(exam), exam.issues) == (2, ())


# Dose screens


def screen(total: float) -> HeldObject:
    seen = CtEvent(protocol=text("Helical"), dlp_mgy_cm=number(total))
    return held(9, "CT", 5, kind="dose screen", ct_events=(seen,), ct_totals=CtTotals(number(total)))


def ct_report() -> HeldObject:
    event = CtEvent(Reading("2.25.5", "1.2", ""), at(0), dlp_mgy_cm=number(10))
    return held(1, "CT", 4, ct_events=(event,), ct_totals=CtTotals(number(10)))


def test_a_dose_screen_beside_a_report_adds_nothing() -> None:
    exam = united(ct_report(), screen(10.04))
    assert (events(exam), exam.total("dlp_mgy_cm"), exam.issues) == (1, 10.0, ())


def test_a_dose_screen_that_shows_more_than_the_report_is_said() -> None:
    exam = united(ct_report(), screen(30))
    assert (events(exam), exam.total("dlp_mgy_cm")) == (1, 10.0)
    assert "30" in exam.issues[0]
    assert is_undecided(exam)


def test_a_dose_screen_alone_counts() -> None:
    assert united(screen(30)).total("dlp_mgy_cm") == 30
