"""How far from its group's median a dose may lie before it stands out: the spread of a group on one side, and the limit there.

The spread is Qn's of all, and half of what the exams of that side have beyond it (their 95 % point): doses have tails, and a limit
from the middle alone flags one ordinary exam in a hundred of a skew group. Drawn towards a usual spread in small groups.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final, Literal

import numpy as np

from doseloop.assess.robust_scale import qn_scale, t_quantile
from doseloop.assess.rule_settings import bounded
from doseloop.assess.size_group import GroupSettings, Peers

QN_EFFICIENCY: Final = 0.82
Side = Literal["above", "below"]
_TAIL: Final = 0.95
_TAIL_Z: Final = NormalDist().inv_cdf(_TAIL)
_WIDE: Final = 1.5
"""Times the usual spread; more by one standard error of the spread that was found."""


@dataclass(frozen=True, slots=True)
class LimitSettings(GroupSettings):
    """What a site may set."""

    false_flags: float = bounded(
        1 / 2200, 1e-6, 0.02, "Ordinary exams beyond the limit", "How many there may be if logarithms of doses are normal.",
        stricter=(1 / 5000, 1 / 20_000, 1 / 100_000), is_one_in=True,
    )  # fmt: skip
    usual_log_sd: float = 0.25
    """Our own assumption for the spread of one procedure's doses at one size, for small groups."""
    usual_weight: float = 40.0
    """How many exams that assumption weighs."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Where a group's limit lies."""

    centre: float
    """Logarithm of the median at the exam's size."""
    reach: float
    """How far the limit is from it, in logarithms of dose."""
    log_sd: float
    """The spread that it comes from."""
    is_wide: bool
    """Whether doses clearly scatter more than one procedure's at one size usually do."""


def limit_of(peers: Peers, side: Side, least_reach: float, settings: LimitSettings) -> Limit:
    """The limit on one side, never nearer than `least_reach`.

    Student's t with 0.82 (n - 1) degrees of freedom (the efficiency of Qn). Doses beyond twice the limit that the middle alone
    gives, such as those of a wrong unit, are left out first.
    """
    signed = peers.logs if side == "above" else -peers.logs
    centre, whole = float(np.median(signed)), qn_scale(signed)
    wild = signed - centre > 2 * max(_limit(centre, whole, peers, len(signed), settings).reach, least_reach)
    if wild.any():
        signed = signed[~wild]
        centre, whole = float(np.median(signed)), qn_scale(signed)
    tail = (float(np.quantile(signed, _TAIL)) - centre) / _TAIL_Z
    spread = math.sqrt((whole**2 + max(whole, tail) ** 2) / 2)
    found = _limit(centre if side == "above" else -centre, spread, peers, len(signed), settings)
    return replace(found, reach=max(found.reach, least_reach))


def _limit(centre: float, spread: float, peers: Peers, n: int, settings: LimitSettings) -> Limit:
    degrees = QN_EFFICIENCY * (n - 1)
    is_wide = spread > _WIDE * settings.usual_log_sd * (1 + 1 / math.sqrt(2 * degrees))
    log_sd, degrees = (spread, degrees) if is_wide else _pooled(spread, degrees, settings)
    z = NormalDist().inv_cdf(1 - settings.false_flags)
    # pi/2 is the variance of a median over that of a mean of normal values.
    reach = t_quantile(z, degrees) * log_sd * math.sqrt(1 + math.pi / 2 / n + peers.leverage)
    return Limit(centre, reach, log_sd, is_wide)


def _pooled(log_sd: float, degrees: float, settings: LimitSettings) -> tuple[float, float]:
    """The spread pooled with the usual one, and its degrees of freedom.

    Twenty exams alone tell their spread so badly that a limit from them would miss every second threefold dose.
    """
    usual, weight = settings.usual_log_sd, settings.usual_weight
    pooled = (weight * usual**2 + degrees * log_sd**2) / (weight + degrees)
    return math.sqrt(pooled), weight + degrees
