"""Dose against noise: which acquisitions count, by protocol, and never over phantoms or sites that are not seen."""

from dataclasses import replace
from datetime import date
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doseloop.access.scope import SYSTEM
from doseloop.facts.engine import Facts
from doseloop.facts.noise import noise_points, protocols_with_noise
from doseloop.facts.quantities import Quantity
from doseloop.facts.windows import Window
from doseloop.store.models import Event, Exam, Part
from tests.facts.made import add_event, add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
ASKED = (SYSTEM, "ct-head", Quantity.CTDI_VOL, MARCH)


def test_acquisitions_with_both_are_counted_by_protocol_the_most_frequent_first(facts: Facts) -> None:
    scanner, other, head = make_scanner(make_site()), make_scanner(make_site("South"), "CT 2"), make_procedure()
    for where, protocol, noise, dose in [
        (scanner, "Head", 4.0, 40.0),
        (other, "Head ", 6.0, 60.0),
        (scanner, "Sinus", 12.0, 9.0),
        (scanner, "Head", None, 41.0),
        (scanner, "Head", 5.0, None),
    ]:
        part = add_part(make_exam(where), head)
        add_event(part, protocol=protocol, noise_hu=noise, ctdi_vol_mgy=dose, phantom_cm=16)
    first, second = protocols_with_noise(facts, *ASKED)
    assert (first.protocol, first.phantom_cm, first.n, first.scanners) == ("Head", 16, 2, 2)
    assert (first.noise_hu, first.dose) == (5.0, 50.0)
    assert (second.protocol, second.n, second.noise_hu, second.dose) == ("Sinus", 1, 12.0, 9.0)
    found = sorted((one.noise_hu, one.dose) for one in noise_points(facts, *ASKED))
    assert found == [(4.0, 40.0), (6.0, 60.0), (12.0, 9.0)]


def test_what_no_group_counts_is_left_out(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    both = {"noise_hu": 5.0, "ctdi_vol_mgy": 40.0}
    add_event(add_part(make_exam(scanner, settled=False), head), **both)
    add_event(add_part(make_exam(scanner, excluded_as="phantom"), head), **both)
    add_event(add_part(make_exam(scanner, age_band="child-1-5"), head), **both)
    add_event(add_part(make_exam(scanner), head, eligible=False), **both)
    add_event(add_part(make_exam(scanner, "2025-04-01T00:00:00"), head), **both)
    add_event(add_part(make_exam(scanner), make_procedure("ct-chest")), **both)
    add_event(add_part(make_exam(scanner), head), role="localiser", **both)
    assert protocols_with_noise(facts, *ASKED) == noise_points(facts, *ASKED) == ()


def test_values_of_two_phantoms_are_never_together_and_for_ssde_the_phantom_plays_no_part(facts: Facts) -> None:
    part = add_part(make_exam(make_scanner(make_site())), make_procedure())
    for phantom in (16, 32, None):
        add_event(part, protocol="Head", noise_hu=5.0, ctdi_vol_mgy=40.0, ssde_mgy=30.0, phantom_cm=phantom)
    assert {(one.phantom_cm, one.n) for one in protocols_with_noise(facts, *ASKED)} == {(16, 1), (32, 1), (None, 1)}
    (found,) = protocols_with_noise(facts, SYSTEM, "ct-head", Quantity.SSDE, MARCH)
    assert (found.phantom_cm, found.n, found.dose) == (None, 3, 30.0)


def test_a_scope_sees_its_sites_alone(facts: Facts) -> None:
    here, there = make_site(), make_site("South")
    for site in (here, there):
        part = add_part(make_exam(make_scanner(site, f"CT {site.name}")), make_procedure())
        add_event(part, protocol=site.name, noise_hu=5.0, ctdi_vol_mgy=40.0)
    scope = replace(SYSTEM, every_site=False, sites=frozenset({here.pk}))
    assert [one.protocol for one in protocols_with_noise(facts, scope, *ASKED[1:])] == ["North"]
    assert [one.protocol for one in noise_points(facts, scope, *ASKED[1:])] == ["North"]


def test_of_many_the_newest_are_drawn(facts: Facts) -> None:
    scanner, head = make_scanner(make_site()), make_procedure()
    for day in range(1, 6):
        part = add_part(make_exam(scanner, f"2025-03-0{day}T09:00:00"), head)
        add_event(part, noise_hu=float(day), ctdi_vol_mgy=40.0)
    assert [one.noise_hu for one in noise_points(facts, *ASKED, most=2)] == [5.0, 4.0]


def test_a_dose_that_no_single_acquisition_is_compared_by_is_refused(facts: Facts) -> None:
    with pytest.raises(ValueError, match="No single acquisition"):
        protocols_with_noise(facts, SYSTEM, "ct-head", Quantity.DLP, MARCH)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(values=st.lists(st.tuples(st.floats(0.5, 200), st.floats(0.01, 1e4)), min_size=1, max_size=9))
def test_medians_are_those_of_the_values(facts: Facts, values: list[tuple[float, float]]) -> None:
    for rows in (Event, Part, Exam):
        rows._base_manager.all().delete()
    scanner = make_scanner(make_site(f"Site {hash(tuple(values))}"))
    part = add_part(make_exam(scanner), make_procedure())
    for noise, dose in values:
        add_event(part, protocol="Head", noise_hu=noise, ctdi_vol_mgy=dose)
    (found,) = protocols_with_noise(facts, *ASKED)
    assert found.n == len(values) == len(noise_points(facts, *ASKED))
    assert found.noise_hu == pytest.approx(median(noise for noise, _ in values))
    assert found.dose == pytest.approx(median(dose for _, dose in values))
