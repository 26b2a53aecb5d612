"""Medians, quartiles and intervals of groups against R and SciPy, on frozen values with ties, one row, missing sizes and none."""

import shutil
import subprocess
from datetime import date

import numpy as np
import pytest
from scipy import stats

from doseloop.access.scope import SYSTEM
from doseloop.assess.level_settings import Settings
from doseloop.facts.engine import Facts
from doseloop.facts.windows import Window
from doseloop.model.level_figure import LevelFigure
from doseloop.report.compliance import compliance, figures
from doseloop.store.audit import COMMAND
from doseloop.store.level_choice import choose
from tests.facts.made import add_part, make_exam, make_procedure, make_scanner, make_site

MARCH = Window(date(2025, 3, 1), date(2025, 4, 1))
GROUPS: dict[str, list[tuple[float, float | None]]] = {
    "ties": [(400.0, 70.0)] * 9 + [(310.5, 60.0)] * 7 + [(290.25, 82.0)] * 7 + [(512.0, 75.0)] * 3,
    "odd": [(200.0 + 7.3 * k + (k % 5) * 11.9, 55.0 + k) for k in range(31)],
    "sizes missing": [(180.0 + 13.7 * (k * 7 % 23), None if k % 3 else 120.0) for k in range(23)],
    "heavy left out": [(250.0 + k, 70.0) for k in range(20)] + [(900.0, 140.0)] * 15,
    "one row": [(333.3, 70.0)],
    "none": [],
}
"""Dose-length products and weights of one scanner each."""
IN_MEDIAN = {name: [dose for dose, _ in rows] for name, rows in GROUPS.items()} | {
    "heavy left out": [250.0 + k for k in range(20)]
}
PROGRAM = """
values <- as.numeric(strsplit(readLines(file("stdin"))[1], " ")[[1]])
set.seed(20250310)
draws <- replicate(20000, median(sample(values, replace = TRUE)))
cat(format(c(median(values), quantile(values, c(.25, .75)), quantile(draws, c(.025, .975))), digits = 17))
"""


@pytest.fixture
def told(facts: Facts) -> dict[str, LevelFigure]:
    """The figure of the dose-length product of each group."""
    site = make_site()
    choose(SYSTEM, site.pk, ["uk-ukhsa-ndrl-2024"], COMMAND)
    for name, rows in GROUPS.items():
        scanner = make_scanner(site, name)
        for dose, weight in rows:
            exam = make_exam(scanner, age_years=50.0)
            add_part(exam, make_procedure("ct-chest", "CT chest"), dlp_mgy_cm=dose, weight_kg=weight, phantom_cm=32)
    found = figures(compliance(facts, SYSTEM, site.pk, MARCH, Settings()))
    return {one.scanner_name: one for one in found if one.quantity == "dlp_mgy_cm"}


def test_medians_quartiles_and_intervals_are_those_of_r(told: dict[str, LevelFigure]) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("no R: apt install r-base-core")
    for name in ("ties", "odd", "sizes missing", "heavy left out"):
        one = told[name]
        given = " ".join(map(repr, IN_MEDIAN[name]))
        said = subprocess.run(["Rscript", "-e", PROGRAM], input=given, capture_output=True, text=True, check=True)
        median, p25, p75, low, high = map(float, said.stdout.split())
        assert [one.median, one.p25, one.p75] == pytest.approx([median, p25, p75], rel=1e-14), name
        spread = (p75 - p25) or 1.0
        assert [one.interval_low, one.interval_high] == pytest.approx([low, high], abs=0.05 * spread), name


def test_medians_quartiles_and_intervals_are_those_of_scipy(told: dict[str, LevelFigure]) -> None:
    for name in ("ties", "odd", "sizes missing", "heavy left out"):
        one, values = told[name], np.array(IN_MEDIAN[name])
        p25, median, p75 = stats.mstats.mquantiles(values, [0.25, 0.5, 0.75], alphap=1, betap=1)
        assert [one.p25, one.median, one.p75] == pytest.approx([p25, median, p75], rel=1e-14), name
        found = stats.bootstrap(
            (values,), np.median, n_resamples=20_000, method="percentile", rng=7
        ).confidence_interval
        spread = (p75 - p25) or 1.0
        assert [one.interval_low, one.interval_high] == pytest.approx([found.low, found.high], abs=0.05 * spread), name


def test_one_row_has_its_value_and_no_interval_and_no_row_has_no_figure(told: dict[str, LevelFigure]) -> None:
    one = told["one row"]
    assert (one.state, one.n, one.median, one.interval_low, one.p25) == ("too few", 1, 333.3, None, None)
    assert "none" not in told


def test_missing_sizes_are_counted_and_said(told: dict[str, LevelFigure]) -> None:
    one = told["sizes missing"]
    assert (one.sizes, one.n) == ("all sizes", 23) and "15 without weight" in one.sizes_said
    assert told["heavy left out"].n_outside_size == 15
