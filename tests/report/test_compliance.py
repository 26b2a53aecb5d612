"""Groups of a site against the levels that it compares with: what is drawn, compared, and told."""

from datetime import date
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM, Scope
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.facts.windows import Window
from doseloop.model.errors import NotVisible
from doseloop.report.compliance import Compliance, cell_in_depth, compliance, figures
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from doseloop.store.level_explanations import explain
from doseloop.store.models import Scanner
from tests.facts.made import add_event, add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
SETS = ["uk-ukhsa-ndrl-2024"]
CHEST = {"phantom_cm": 32, "dlp_mgy_cm": 400.0}


@pytest.fixture
def scanner(facts: Facts) -> Scanner:
    made = make_scanner(make_site())
    choose(SYSTEM, made.site_id, SETS, COMMAND)
    return made


def chests(scanner: Scanner, n: int, age: float | None = 50.0, **fields: Any) -> None:
    for _ in range(n):
        add_part(make_exam(scanner, age_years=age), make_procedure("ct-chest", "CT chest"), **{**CHEST, **fields})


def made(facts: Facts, scanner: Scanner, settings: Settings = Settings()) -> Compliance:  # noqa: B008
    return compliance(facts, SYSTEM, scanner.site_id, MARCH, settings)


def cells(found: Compliance) -> dict[tuple[str, int], str]:
    return {(one.level.quantity, key): cell.standing.state for one in found.compared for key, cell in one.cells.items()}


def test_each_scanner_is_compared_with_each_level_that_it_has_values_for(facts: Facts, scanner: Scanner) -> None:
    other = make_scanner(scanner.site, "CT 2")
    chests(scanner, 20)
    chests(other, 19)
    found = made(facts, scanner)
    assert set(cells(found).values()) == {"above", "too few"}
    assert list(found.scanners.values()) == ["CT 1", "CT 2"]
    assert {one.level.procedure for one in found.compared} == {"ct-chest"}


def test_who_is_no_adult_or_of_unknown_age_is_not_compared_with_adults(facts: Facts, scanner: Scanner) -> None:
    chests(scanner, 20, age=10.0)
    chests(scanner, 20, age=None)
    chests(scanner, 3)
    (one, *_) = [row for row in figures(made(facts, scanner)) if row.group == "adults"]
    assert (one.n, one.n_outside_age, one.state) == (3, 40, "too few")


def test_only_the_window_the_site_and_what_is_eligible_count(facts: Facts, scanner: Scanner) -> None:
    chests(scanner, 20)
    chests(scanner, 5, eligible=False)
    add_part(make_exam(scanner, "2025-04-01T00:00:00", age_years=50.0), make_procedure("ct-chest"), **CHEST)
    add_part(make_exam(scanner, age_years=50.0, excluded_as="test"), make_procedure("ct-chest"), **CHEST)
    elsewhere = make_scanner(make_site("South"), "CT 9")
    chests(elsewhere, 20)
    found = made(facts, scanner)
    assert {cell.standing.n for one in found.compared for cell in one.cells.values()} == {20}
    assert list(found.scanners) == [scanner.pk]


def test_what_is_per_acquisition_is_drawn_from_main_acquisitions(facts: Facts, scanner: Scanner) -> None:
    for _ in range(20):
        part = add_part(make_exam(scanner, age_years=50.0), make_procedure("ct-chest"), **CHEST)
        for role, ctdi in (("main", 12.0), ("main", 14.0), ("localiser", 0.1), ("bolus tracking", 40.0)):
            add_event(part, role=role, ctdi_vol_mgy=ctdi, phantom_cm=32)
    (one, *_) = [row for row in figures(made(facts, scanner)) if row.quantity == "ctdi_vol_mgy"]
    assert (one.n, one.n_patients, one.median) == (40, 20, 13.0)


def test_every_figure_says_its_set_its_sample_and_what_was_left_out(facts: Facts, scanner: Scanner) -> None:
    chests(scanner, 20)
    chests(scanner, 2, phantom_cm=16)
    chests(scanner, 3, weight_kg=140.0)
    (one, *_) = [row for row in figures(made(facts, scanner)) if row.quantity == "dlp_mgy_cm"]
    assert (one.authority, one.verification, one.usable_when_signed) == ("UKHSA", "primary", True)
    assert (one.n, one.n_other_phantom, one.n_outside_size, one.sizes) == (20, 2, 3, "standard size")
    assert (one.first_day, one.last_day) == (MARCH.start, date(2025, 3, 31))
    assert one.data_state > 0 and one.interval_low == one.interval_high == 400.0


def test_a_cell_in_depth_has_every_value_with_its_exam_and_fate(facts: Facts, scanner: Scanner) -> None:
    chests(scanner, 20)
    chests(scanner, 2, phantom_cm=16)
    (level, *_) = [one.level for one in made(facts, scanner).compared if one.level.quantity == "dlp_mgy_cm"]
    found = cell_in_depth(facts, SYSTEM, scanner.site_id, MARCH, Settings(), scanner.pk, level.id)
    assert found is not None
    assert len(found.samples) == len(found.cell.kept.fates) == 22
    assert sorted(found.cell.kept.left_out) == [0, 0, 0, 0, 2]
    assert len(set(found.samples.exam.tolist())) == 22
    assert cell_in_depth(facts, SYSTEM, scanner.site_id, MARCH, Settings(), scanner.pk, "no-such") is None


def test_what_a_person_said_stays_with_the_cell(facts: Facts, scanner: Scanner) -> None:
    chests(scanner, 20)
    (level, *_) = [one.level for one in made(facts, scanner).compared]
    explain(SYSTEM, scanner.pk, level.id, "Large patients  only", "CT chest on CT 1", COMMAND)
    said = [row.said for row in figures(made(facts, scanner)) if row.level_id == level.id]
    assert said == ["Large patients only"]


def test_a_site_outside_the_scope_is_not_told_of(facts: Facts, scanner: Scanner) -> None:
    scope = Scope(frozenset({scanner.site_id + 1}), identity=False, operators=False)
    with pytest.raises(NotVisible):
        compliance(facts, scope, scanner.site_id, MARCH, Settings())


def test_an_empty_window_has_no_groups(facts: Facts, scanner: Scanner) -> None:
    assert made(facts, scanner).compared == ()
