"""What a fault or a circumstance changes about how an exam is done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    """How one exam departs from the department's usual way. The default is the usual way."""

    dose_factor: float = 1.0
    """On the dose rate: CTDIvol, or DAP and Ka,r."""
    length_factor: float = 1.0
    """On scan length, or on the duration of fluoroscopy."""
    typical: bool = False
    """True takes the residual scatter away, so that the size of what was planted is known exactly."""


USUAL = Conditions()
"""Nothing special."""
