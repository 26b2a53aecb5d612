"""An interval that holds at every look, however often somebody looks and whenever he stops.

The mixture of normal distributions of Robbins (1970, Ann. Math. Stat. 41:1397), in the form of Howard, Ramdas, McAuliffe and
Sekhon (2021, Ann. Stat. 49:1055, arXiv 1810.08240, "two-sided normal mixture") and, for an estimated scatter, of Waudby-Smith,
Arbour, Sinha, Kennedy and Ramdas (arXiv 2103.06476): with information I = 1 / variance,

    half-width = sqrt((I + r) (ln((I + r) / r) - 2 ln(alpha))) / I

Estimates by generalised least squares from growing data move as a Brownian motion in their information (Jennison and Turnbull
1997, JASA 92:1330), the baseline's own error included. For normal values of known scatter the truth lies in the interval at all
looks together with a probability of 1 - alpha or more; with an estimated scatter this holds for large samples alone, and
`bench/effect.py` measures how far it holds for small ones.
"""

import math


def half_width(information: float, planned: float, alpha: float = 0.05) -> float:
    """Half the width of the interval around an estimate, in its unit; infinite without information.

    `information` is 1 over the estimate's variance; `planned` that at which the interval shall be narrowest for its kind, and
    must be fixed before the first look. ValueError where `planned` or `alpha` are no positive number, or alpha is 1 or more.
    """
    if not (planned > 0 and 0 < alpha < 1):
        raise ValueError(f"planned information {planned} and alpha {alpha} must be positive, and alpha below 1")
    if not information > 0:
        return math.inf
    mixing = planned / _best_ratio(alpha)
    ratio = (information + mixing) / mixing
    return math.sqrt((information + mixing) * (math.log(ratio) - 2 * math.log(alpha))) / information


def _best_ratio(alpha: float) -> float:
    """Information over the mixing constant where the interval is narrowest: x = ln(1 + x) - 2 ln(alpha)."""
    ratio = -2 * math.log(alpha)
    for _ in range(60):
        ratio = math.log1p(ratio) - 2 * math.log(alpha)
    return ratio
