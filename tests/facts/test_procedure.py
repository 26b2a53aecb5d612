"""Figures of procedures against NumPy, and what they leave out."""

from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM
from doseloop.facts.copy import refresh
from doseloop.facts.engine import Facts
from doseloop.facts.procedure import distribution, group_values, procedures, trend
from doseloop.facts.quantities import Quantity
from doseloop.facts.windows import Grain, Window
from doseloop.model.size_counts import SizeCounts
from doseloop.store.models import Exam, Part
from tests.facts.made import add_event, add_flag, add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
DOSES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=12)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(doses=DOSES)
def test_percentiles_are_those_of_numpy(facts: Facts, doses: list[float]) -> None:
    Part._base_manager.all().delete()
    Exam._base_manager.all().delete()
    scanner = make_scanner(make_site(f"Site {len(doses)} {hash(tuple(doses))}"))
    for dose in doses:
        add_part(make_exam(scanner), make_procedure(), dlp_mgy_cm=dose)
    (found,) = distribution(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH)
    expected = np.percentile(doses, [0, 5, 25, 50, 75, 95, 100])
    figures = [found.minimum, found.p5, found.p25, found.median, found.p75, found.p95, found.maximum]
    assert figures == pytest.approx(list(expected), rel=1e-12)
    assert found.n == len(doses)


def test_a_distribution_counts_what_lacks_weight_or_value_and_what_is_provisional(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    add_part(make_exam(scanner), head, dlp_mgy_cm=500)
    add_part(make_exam(scanner), head, dlp_mgy_cm=700, weight_kg=None)
    add_part(make_exam(scanner, settled=False), head, dlp_mgy_cm=90_000, weight_kg=None)
    add_part(make_exam(scanner), head, dlp_mgy_cm=None)
    refresh(facts.paths)
    (found,) = distribution(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH)
    assert (found.n, found.median, found.maximum, found.scanner_name) == (2, 600.0, 700.0, "CT 1")
    counts = (found.sizes.missing, found.n_provisional, found.n_without_value)
    assert counts == (1, 1, 1)
    assert {type(count) for count in counts} == {int}


def test_every_median_tells_where_the_weights_of_its_values_came_from(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    for source in ("object", "object", "imported", "imported by choice", "water-equivalent diameter"):
        add_part(make_exam(scanner), head, dlp_mgy_cm=500, weight_source=source)
    add_part(make_exam(scanner), head, dlp_mgy_cm=700, weight_kg=None)
    add_part(make_exam(scanner), head, dlp_mgy_cm=None, weight_source="imported")
    expected = SizeCounts(weighed=2, imported=2, estimated=1, missing=1)
    (found,) = distribution(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH)
    (point,) = trend(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, Grain.MONTH)
    (row,) = procedures(facts, SYSTEM, MARCH)
    assert found.sizes == point.sizes == row.sizes == expected
    assert found.n == point.n == row.n == expected.n
    assert expected.words == "2 weighed, 2 imported, 1 estimated, 1 without weight"


def test_provisional_values_are_in_no_median(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    add_part(make_exam(scanner), head, dlp_mgy_cm=500)
    growing = add_part(make_exam(scanner, settled=False), head, dlp_mgy_cm=90_000)
    add_event(growing, ctdi_vol_mgy=70.0)
    (point,) = trend(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, Grain.MONTH)
    assert (point.n, point.median) == (1, 500.0)
    (row,) = procedures(facts, SYSTEM, MARCH)
    assert (row.exams, row.n, row.median) == (2, 1, 500.0)
    assert distribution(facts, SYSTEM, "ct-head", Quantity.CTDI_VOL, MARCH) == ()
    marked = group_values(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH)
    assert [(one.value, one.settled) for one in marked] == [(500.0, True), (90_000.0, False)]


def test_a_scanner_without_a_value_has_no_distribution(facts: Facts) -> None:
    add_part(make_exam(make_scanner(make_site())), make_procedure(), dlp_mgy_cm=None)
    assert distribution(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH) == ()
    assert distribution(facts, SYSTEM, "no-such", Quantity.DLP, MARCH) == ()


def test_groups_leave_out_children_excluded_and_ineligible_parts_and_other_days(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    kept = make_exam(scanner, "2025-03-01T00:00:00")
    add_part(kept, head, dlp_mgy_cm=1)
    add_part(make_exam(scanner, age_band="child-1-5"), head, dlp_mgy_cm=2)
    add_part(make_exam(scanner, age_band=""), head, dlp_mgy_cm=3)
    add_part(make_exam(scanner, excluded_as="phantom"), head, dlp_mgy_cm=4)
    add_part(make_exam(scanner), head, dlp_mgy_cm=5, eligible=False)
    add_part(make_exam(scanner, "2025-04-01T00:00:00"), head, dlp_mgy_cm=6)
    add_part(make_exam(scanner), make_procedure("ct-chest"), dlp_mgy_cm=7)
    add_part(make_exam(scanner), None, dlp_mgy_cm=8)

    def values(band: str | None) -> list[float]:
        return sorted(one.value for one in group_values(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, None, band))

    assert values("adult") == [1]
    assert values("child-1-5") == [2]
    assert values("unknown") == [3]
    assert values(None) == [1, 2, 3]


def test_ctdi_is_counted_by_main_acquisition(facts: Facts) -> None:
    scanner = make_scanner(make_site())
    exam = make_exam(scanner)
    part = add_part(exam, make_procedure(), weight_kg=81.5, dlp_mgy_cm=900)
    add_event(part, role="localiser", ctdi_vol_mgy=0.1, phantom_cm=32)
    add_event(part, role="main", ctdi_vol_mgy=40, phantom_cm=16)
    add_event(part, role="main", ctdi_vol_mgy=60, phantom_cm=32)
    found = group_values(facts, SYSTEM, "ct-head", Quantity.CTDI_VOL, MARCH, scanner.pk)
    assert [(one.exam, one.value, one.phantom_cm, one.weight_kg) for one in found] == [
        (exam.pk, 40.0, 16, 81.5),
        (exam.pk, 60.0, 32, 81.5),
    ]
    (spread,) = distribution(facts, SYSTEM, "ct-head", Quantity.CTDI_VOL, MARCH)
    assert (spread.n, spread.median) == (2, 50.0)


def test_ssde_is_counted_by_main_acquisition_as_ctdi_is(facts: Facts) -> None:
    part = add_part(make_exam(make_scanner(make_site())), make_procedure())
    add_event(part, role="localiser", ssde_mgy=0.2)
    add_event(part, ssde_mgy=12.0)
    add_event(part, ssde_mgy=18.0)
    add_event(part, ssde_mgy=None)
    (found,) = distribution(facts, SYSTEM, "ct-head", Quantity.SSDE, MARCH)
    assert (found.n, found.median, found.n_without_value) == (2, 15.0, 1)
    (point,) = trend(facts, SYSTEM, "ct-head", Quantity.SSDE, MARCH, Grain.MONTH)
    assert (point.n, point.median) == (2, 15.0)


@pytest.mark.parametrize("quantity", [Quantity.EFFECTIVE_DOSE, Quantity.DAP_CORRECTED, Quantity.KA_R_CORRECTED])
def test_computed_totals_are_counted_by_part_and_never_by_event(facts: Facts, quantity: Quantity) -> None:
    scanner, procedure = make_scanner(make_site(), "Angio", "RF"), make_procedure("xa-pci", "PCI", "RF")
    for value in (2.0, 4.0, None):
        part = add_part(make_exam(scanner), procedure, **{quantity.value: value})
        add_event(part, **{quantity.value: 99.0})
    (found,) = distribution(facts, SYSTEM, "xa-pci", quantity, MARCH)
    assert (found.n, found.median, found.n_without_value) == (2, 3.0, 1)
    assert quantity.is_computed and not Quantity.DAP.is_computed


def test_a_trend_has_a_point_for_each_period_with_values(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    for start, dose in [("2025-03-02T23:59:59", 10), ("2025-03-03T00:00:00", 20), ("2025-03-09T12:00:00", 40)]:
        add_part(make_exam(scanner, start), head, dlp_mgy_cm=dose)
    weeks = trend(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, Grain.WEEK)
    assert [(one.period_start, one.n, one.median, one.p75) for one in weeks] == [
        (date(2025, 2, 24), 1, 10.0, 10.0),
        (date(2025, 3, 3), 2, 30.0, 35.0),
    ]
    months = trend(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, Grain.MONTH)
    assert [(one.period_start, one.n, one.scanner_name) for one in months] == [(date(2025, 3, 1), 3, "CT 1")]
    assert trend(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH, Grain.MONTH, scanner.pk + 1) == ()


def test_procedures_are_listed_with_their_exams_scanners_median_and_open_flags(facts: Facts) -> None:
    site = make_site()
    one, two, angio = make_scanner(site), make_scanner(site, "CT 2"), make_scanner(site, "XA 1", "XA")
    head, coro = make_procedure(), make_procedure("xa-coronary", "Coronary angiography", "XA")
    flagged = make_exam(one)
    add_part(flagged, head, dlp_mgy_cm=400)
    add_part(flagged, coro, dap_gy_cm2=None)
    add_part(make_exam(two), head, dlp_mgy_cm=600)
    add_part(make_exam(angio, excluded_as="test"), coro, dap_gy_cm2=3)
    add_flag(flagged, head)
    add_flag(flagged, head, state="set aside")
    refresh(facts.paths)
    first, second = procedures(facts, SYSTEM, MARCH)
    assert (first.key, first.name, first.exams, first.scanners, first.open_flags) == ("ct-head", "CT head", 2, 2, 1)
    assert type(first.open_flags) is int
    assert (first.quantity, first.median, first.n) == (Quantity.DLP, 500.0, 2)
    assert (second.key, second.exams, second.open_flags) == ("xa-coronary", 1, 0)
    assert (second.quantity, second.median, second.n) == (Quantity.DAP, None, 0)
