"""Shares of what is missing or wrong, by scanner and period: counted against what was put in."""

from datetime import date

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.facts.engine import Facts
from doseloop.facts.exams import ExamOrder, exam_page
from doseloop.facts.filters import ExamFilter
from doseloop.facts.quality import Defect, Share, quality, quality_trend
from doseloop.facts.windows import Grain, Window
from doseloop.model.errors import UnusableInput
from tests.facts.made import add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
WHOLE = {"weight_kg": 70.0, "age_years": 40.0, "dlp_mgy_cm": 300.0, "repaired": 0, "implausible": 0, "delay_h": 0.5}


def share(facts: Facts, defect: Defect) -> Share:
    (one,) = quality(facts, SYSTEM, MARCH)
    return one.defects[defect]


@pytest.mark.parametrize(
    ("defect", "fields"),
    [
        (Defect.WEIGHT, {"weight_kg": None}),
        (Defect.AGE, {"age_years": None}),
        (Defect.DOSE, {"dlp_mgy_cm": None}),
        (Defect.REPAIRED, {"repaired": 3}),
        (Defect.IMPLAUSIBLE, {"implausible": 1}),
        (Defect.CONTRADICTORY, {"issues": ["The total disagrees."]}),
        (Defect.LATE, {"delay_h": 24.1}),
        (Defect.CLOCK, {"delay_h": -0.3}),
    ],
)
def test_each_defect_is_counted_and_leads_to_its_exams(facts: Facts, defect: Defect, fields: dict[str, object]) -> None:
    scanner = make_scanner(make_site())
    for given in (WHOLE, WHOLE, {**WHOLE, **fields}):
        add_part(make_exam(scanner, **given), make_procedure())  # type: ignore[arg-type]
    (one,) = quality(facts, SYSTEM, MARCH)
    assert one.defects[defect] == Share(1, 3)
    assert all(found.n == 0 for other, found in one.defects.items() if other is not defect)
    wanted = ExamFilter.from_address({"defect": defect})
    assert exam_page(facts, SYSTEM, wanted, ExamOrder()).total == 1
    assert ExamFilter.from_address(dict([wanted.to_address().split("=")])) == wanted


def test_a_part_without_a_procedure_is_counted(facts: Facts) -> None:
    exam = make_exam(make_scanner(make_site()), **WHOLE)  # type: ignore[arg-type]
    add_part(exam, make_procedure())
    add_part(exam, None)
    assert share(facts, Defect.PROCEDURE) == Share(1, 1)


@pytest.mark.parametrize(("delay_h", "late", "clock"), [(24.0, 0, 0), (24.01, 1, 0), (-0.25, 0, 0), (-0.26, 0, 1)])
def test_both_sides_of_late_and_of_a_wrong_clock(facts: Facts, delay_h: float, late: int, clock: int) -> None:
    make_exam(make_scanner(make_site()), **{**WHOLE, "delay_h": delay_h})  # type: ignore[arg-type]
    assert (share(facts, Defect.LATE).n, share(facts, Defect.CLOCK).n) == (late, clock)


def test_what_was_not_counted_when_an_exam_was_made_is_not_known_and_not_zero(facts: Facts) -> None:
    make_exam(make_scanner(make_site()), weight_kg=70.0)
    for defect in (Defect.REPAIRED, Defect.IMPLAUSIBLE, Defect.LATE, Defect.CLOCK):
        assert share(facts, defect).share is None


def test_modalities_are_asked_only_for_what_they_have(facts: Facts) -> None:
    site = make_site()
    make_exam(make_scanner(site, "MR 1", "MR"))
    make_exam(make_scanner(site, "MG 1", "MG"), agd_left_mgy=1.2)
    found = {one.scanner_name: one.defects for one in quality(facts, SYSTEM, MARCH)}
    assert found["MR 1"][Defect.DOSE].of == found["MR 1"][Defect.PROCEDURE].of == 0
    assert found["MG 1"][Defect.WEIGHT].of == 0
    assert found["MG 1"][Defect.DOSE] == Share(0, 1)


def test_excluded_exams_other_days_and_other_sites_are_left_out(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    make_exam(scanner, **WHOLE)  # type: ignore[arg-type]
    make_exam(scanner, excluded_as="phantom")
    make_exam(scanner, "2025-04-01T00:00:00")
    assert share(facts, Defect.WEIGHT) == Share(0, 1)
    assert quality(facts, Scope(frozenset(), identity=False, operators=False), MARCH) == ()


def test_the_trend_counts_each_period_by_itself(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    make_exam(scanner, "2025-03-03T08:00:00", **{**WHOLE, "weight_kg": None})  # type: ignore[arg-type]
    make_exam(scanner, "2025-03-09T23:59:59", **WHOLE)  # type: ignore[arg-type]
    make_exam(scanner, "2025-03-10T00:00:00", **WHOLE)  # type: ignore[arg-type]
    points = quality_trend(facts, SYSTEM, MARCH, Grain.WEEK, Defect.WEIGHT)
    assert [(one.period_start, one.share) for one in points] == [
        (date(2025, 3, 3), Share(1, 2)),
        (date(2025, 3, 10), Share(0, 1)),
    ]


def test_a_defect_that_there_is_not_is_refused() -> None:
    with pytest.raises(UnusableInput, match="defect: 'haste' is none of weight"):
        ExamFilter.from_address({"defect": "haste"})
