"""A dose that stays away from what was usual is one finding of its cause; quiet series have none."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.drift import STEP_AT, correlated, exams, scanner, stepped
from doseloop.assess.drift import DriftSeries, looked_at, on_period, on_scanner, until
from doseloop.assess.own_usual import SeriesExam
from doseloop.model.flag import Finding


def one_series(factor: float, seed: int = 2, length: int = 800) -> DriftSeries:
    """Of a seed that has no false alarm before the step."""
    chance = np.random.default_rng(seed)
    made = exams(correlated(chance, length, 0.3), chance, stepped(length, factor))
    return DriftSeries("ct-1", "CT 1", "Thorax", "dlp_mgy_cm", made)


def only(findings: tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1
    return findings[0]


@pytest.mark.parametrize("factor", [1.4, 0.7])
def test_a_step_is_told_with_its_size_its_date_and_its_protocol(factor: float) -> None:
    series = one_series(factor)
    found = only(on_period([series]))
    assert (found.rule, found.subject) == ("drift", "ct-1")
    assert found.factor == pytest.approx(factor, rel=0.3)
    assert "DLP of Thorax on CT 1, at the patients' weights, is" in found.sentence
    assert (" above " if factor > 1 else " below ") in found.sentence
    assert abs(_begun(series, found) - STEP_AT) <= 15


def _begun(series: DriftSeries, found: Finding) -> int:
    return next(i for i, one in enumerate(series.exams) if found.cause.endswith(f"{one.at:%Y-%m-%dT%H:%M}"))


def test_later_exams_and_another_order_leave_the_flag_as_it_is() -> None:
    series = one_series(1.4)
    at_once = next(
        found for end in range(STEP_AT, 800) if (found := on_period([replace(series, exams=series.exams[:end])]))
    )
    assert at_once == on_period([series]) == on_period([replace(series, exams=series.exams[::-1])])


def test_quiet_series_have_hardly_ever_a_finding() -> None:
    assert sum(len(on_period([one_series(1.0, seed)])) for seed in range(12)) <= 2


def test_a_slow_drift_is_told() -> None:
    chance = np.random.default_rng(3)
    creeping = np.maximum(np.arange(1500) - 500, 0) / 1000 * math.log(1.4)
    made = exams(correlated(chance, 1500, 0.3), chance, creeping)
    assert on_period([DriftSeries("ct-1", "CT 1", "Thorax", "dlp_mgy_cm", made)])


def test_heavier_patients_are_no_drift() -> None:
    """From exam 500 on patients weigh 1.3 times as much, and have the dose of their size."""
    made = one_series(1.0).exams
    heavy = tuple(
        SeriesExam(one.at, one.value * 1.3, (one.weight_kg or 0) * 1.3) if i >= STEP_AT else one
        for i, one in enumerate(made)
    )
    assert on_period([DriftSeries("ct-1", "CT 1", "Thorax", "dlp_mgy_cm", heavy)]) == ()


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_scanner_that_drifts_is_one_finding(seed: int) -> None:
    found = only(on_period(scanner(1.4, moved=5, seed=seed)))
    assert found.cause.startswith("scanner since")
    assert "5 protocols together on CT 1" in found.sentence


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_protocol_that_drifts_is_not_the_scanners(seed: int) -> None:
    found = only(on_period(scanner(1.5, moved=1, seed=seed)))
    assert found.cause.startswith("dlp_mgy_cm of protocol 0")


def test_scanners_are_told_apart() -> None:
    drifted, quiet = one_series(1.4), replace(one_series(1.0, 5), scanner="ct-2", scanner_name="CT 2")
    assert [one.subject for one in on_period([drifted, quiet])] == ["ct-1"]


def test_nothing_or_too_little_has_no_finding() -> None:
    assert on_period([]) == ()
    series = one_series(1.4)
    assert on_period([replace(series, exams=series.exams[:100])]) == ()


def test_without_weights_it_says_that_size_was_not_seen() -> None:
    series = one_series(1.6)
    found = only(on_period([replace(series, exams=tuple(replace(one, weight_kg=None) for one in series.exams))]))
    assert "of all sizes" in found.sentence
    assert any("Size was not" in sentence for sentence in found.not_seen)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4, 0.6, 0.75, 1.0])
def test_what_was_known_at_a_moment_is_what_the_exams_before_it_tell(share: float) -> None:
    series = [*scanner(1.3, 4, seed=7), replace(one_series(1.5), scanner="scanner")]
    moments = sorted(one.at for of in series for one in of.exams)
    moment = moments[int(share * (len(moments) - 1))]
    cut = [replace(of, exams=tuple(one for one in of.exams if one.at < moment)) for of in series]
    by_name = sorted(series, key=lambda one: one.protocol)
    watched = (until(known, moment) for known in map(looked_at, by_name) if known is not None)
    assert tuple(on_scanner([one for one in watched if one is not None])) == on_period(cut)
