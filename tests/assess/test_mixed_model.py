"""The mixed model gives what statsmodels gives, and where R has lme4 what that gives."""

import io
import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
import pytest

from doseloop.assess.mixed_model import Fitted, Floats, Whole, fit

OPERATORS, SCANNERS, WEEKS, ROWS = 6, 2, 8, 720


@dataclass(frozen=True)
class Made:
    """Logarithms of doses of a department, always the same."""

    y: Floats
    weight: Floats
    cell: Whole
    operator: Whole
    place: Whole
    session: Whole


def made(of_operators: float = 0.06, of_places: float = 0.12) -> Made:
    chance = np.random.default_rng(20250310)
    operator, scanner = chance.integers(0, OPERATORS, ROWS), chance.integers(0, SCANNERS, ROWS)
    week, procedure = chance.integers(0, WEEKS, ROWS), chance.integers(0, 4, ROWS)
    place = operator * SCANNERS + scanner
    session, cell = place * WEEKS + week, procedure * SCANNERS + scanner
    weight = 0.2 * chance.standard_normal(ROWS)
    y = 6 + 0.3 * chance.standard_normal(4 * SCANNERS)[cell] + 0.8 * weight
    y = y + of_operators * chance.standard_normal(OPERATORS)[operator]
    y = y + of_places * chance.standard_normal(OPERATORS * SCANNERS)[place]
    y = y + 0.1 * chance.standard_normal(OPERATORS * SCANNERS * WEEKS)[session] + 0.25 * chance.standard_normal(ROWS)
    return Made(y, weight, cell, operator, place, session)


def fitted(of: Made) -> Fitted:
    fixed = np.column_stack([np.eye(4 * SCANNERS)[of.cell], of.weight])
    random = np.column_stack([np.eye(OPERATORS)[of.operator], np.eye(OPERATORS * SCANNERS)[of.place]])
    return fit(of.y, fixed, random, [0] * OPERATORS + [1] * OPERATORS * SCANNERS, of.session)


STATSMODELS = {
    "fixed": [
        5.83529317863116, 5.897917929676649, 5.826890051666939, 5.880364611261469, 6.17663706335387, 5.898264695873743,
        6.375657912963727, 5.518612279424251, 0.7381552035862123,
    ],
    "sd": [0.11621880045928755, 0.06186607620329689, 0.11682849954059632, 0.23738677634244792],
    "effects": [
        0.07391996232574473, 0.16048500093184495, -0.09735316066405203, -0.09497913383902863, 0.02201143422611738,
        -0.06408410298059769,
    ],
}  # fmt: skip
"""What `of_statsmodels` gave with statsmodels 0.15.0 and SciPy 1.17.1."""


def of_statsmodels(of: Made) -> dict[str, list[float]]:
    """The same by statsmodels, which is not among our packages: fixed effects, standard deviations, effects of operators."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    fixed = np.column_stack([np.eye(4 * SCANNERS)[of.cell], of.weight])
    groups = [np.flatnonzero(of.operator == one) for one in range(OPERATORS)]

    def columns(of_rows: Whole) -> list[Floats]:
        return [np.unique(of_rows[rows])[None, :] == of_rows[rows][:, None] for rows in groups]

    mats = [[one.astype(float) for one in columns(each)] for each in (of.place, of.session)]
    names = [[[str(k) for k in range(one.shape[1])] for one in each] for each in mats]
    spec = VCSpec(["place", "session"], names, mats)
    model = MixedLM(of.y, fixed, of.operator, exog_re=np.ones(ROWS), exog_vc=spec)
    found = model.fit(reml=True, method=["lbfgs", "powell", "bfgs"], maxiter=2000, gtol=1e-10)
    spread = [*np.sqrt(np.diag(found.cov_re)), *np.sqrt(found.vcomp), np.sqrt(found.scale)]
    effects = [float(np.asarray(found.random_effects[one])[0]) for one in range(OPERATORS)]
    return {"fixed": list(map(float, found.fe_params)), "sd": list(map(float, spread)), "effects": effects}


def spread_of(one: Fitted) -> list[float]:
    return [*one.sd_of_families, one.sd_of_sessions, one.sd_of_rest]


def held_against(expected: dict[str, list[float]], found: Fitted) -> None:
    np.testing.assert_allclose(found.fixed, expected["fixed"], atol=1e-5)
    np.testing.assert_allclose(spread_of(found), expected["sd"], atol=1e-5)
    np.testing.assert_allclose(found.effects[:OPERATORS], expected["effects"], atol=1e-5)


def test_the_fit_is_that_of_statsmodels_as_it_was_written_down() -> None:
    held_against(STATSMODELS, fitted(made()))


@pytest.mark.filterwarnings("ignore")
def test_the_fit_is_that_of_statsmodels() -> None:
    pytest.importorskip(
        "statsmodels", reason="statsmodels is not among our packages; what it gave is written down above"
    )
    held_against(of_statsmodels(made()), fitted(made()))


PROGRAM = """
library(lme4)
d <- read.csv(file("stdin"))
m <- lmer(y ~ 0 + factor(cell) + weight + (1 | operator) + (1 | place) + (1 | session), d, REML = TRUE,
          control = lmerControl(optCtrl = list(xtol_abs = 1e-10, ftol_abs = 1e-12)))
v <- as.data.frame(VarCorr(m)); v <- setNames(v$sdcor, v$grp)
cat(format(fixef(m), digits = 12), "\n")
cat(format(v[c("operator", "place", "session", "Residual")], digits = 12), "\n")
cat(format(ranef(m)$operator[, 1], digits = 12), "\n")
"""


def test_the_fit_is_that_of_lme4() -> None:
    if (
        shutil.which("Rscript") is None
        or subprocess.run(["Rscript", "-e", "library(lme4)"], capture_output=True).returncode
    ):
        pytest.skip("no R with lme4: apt install r-cran-lme4")
    of, text = made(), io.StringIO()
    columns = np.column_stack([of.y, of.weight, of.cell, of.operator, of.place, of.session])
    np.savetxt(text, columns, delimiter=",", header="y,weight,cell,operator,place,session", comments="", fmt="%.17g")
    said = subprocess.run(["Rscript", "-e", PROGRAM], input=text.getvalue(), capture_output=True, text=True, check=True)
    lines = [[float(one) for one in line.split()] for line in said.stdout.splitlines()]
    held_against(dict(zip(("fixed", "sd", "effects"), lines, strict=True)), fitted(of))


def test_predictions_and_their_errors_are_those_of_the_whole_covariance_matrix() -> None:
    """Without Henderson's equations and without sums of sessions: V itself, its inverse, and the formulas of the textbook."""
    of = made()
    found = fitted(of)
    x = np.column_stack([np.eye(4 * SCANNERS)[of.cell], of.weight])
    z = np.column_stack([np.eye(OPERATORS)[of.operator], np.eye(OPERATORS * SCANNERS)[of.place]])
    of_operators, of_places = (sd**2 for sd in found.sd_of_families)
    g = np.diag([of_operators] * OPERATORS + [of_places] * OPERATORS * SCANNERS)
    same_session = (of.session[:, None] == of.session[None, :]).astype(float)
    v = z @ g @ z.T + found.sd_of_sessions**2 * same_session + found.sd_of_rest**2 * np.eye(ROWS)
    inverse = np.linalg.inv(v)
    crossed = x.T @ inverse @ x
    p = inverse - inverse @ x @ np.linalg.solve(crossed, x.T @ inverse)
    np.testing.assert_allclose(found.effects, g @ z.T @ p @ of.y, atol=1e-8)
    np.testing.assert_allclose(found.covariance, g - g @ z.T @ p @ z @ g, atol=1e-8)
    restricted = np.linalg.slogdet(v)[1] + np.linalg.slogdet(crossed)[1] + of.y @ p @ of.y
    assert found.deviance == pytest.approx(restricted + (ROWS - x.shape[1]) * np.log(2 * np.pi), abs=1e-6)


def test_a_variance_of_nothing_is_found_as_nothing() -> None:
    found = fitted(made(of_operators=0.0, of_places=0.0))
    assert found.sd_of_families == pytest.approx((0.0, 0.0), abs=0.03)
    assert np.abs(found.effects).max() < 0.03


def test_fixed_effects_that_say_the_same_are_refused() -> None:
    of = made()
    twice = np.column_stack([np.ones(ROWS), np.ones(ROWS)])
    with pytest.raises(ValueError, match="independent"):
        fit(of.y, twice, np.eye(OPERATORS)[of.operator], [0] * OPERATORS, of.session)


def test_fewer_rows_than_fixed_effects_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot tell"):
        fit(np.zeros(2), np.eye(2), np.eye(2), [0, 0], np.zeros(2, dtype=np.int64))
