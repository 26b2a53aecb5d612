"""A share of a few, and how sure it is."""

import math
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval of 95 % (E. B. Wilson, J. Am. Stat. Assoc. 22, 209, 1927)."""

    those: int
    of: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of none."""
        return self.those / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its ends, never outside 0 and 1; None of none."""
        if not self.of:
            return None
        share, z2 = self.those / self.of, Z95**2
        centre = share + z2 / (2 * self.of)
        half = Z95 * math.sqrt(share * (1 - share) / self.of + z2 / (4 * self.of**2))
        low, high = ((centre + one) / (1 + z2 / self.of) for one in (-half, half))
        return max(0.0, low), min(1.0, high)
