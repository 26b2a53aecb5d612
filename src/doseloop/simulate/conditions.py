"""What a fault or a circumstance changes about how an exam is done."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Conditions:
    """How one exam departs from the department's usual way. The default is the usual way."""

    dose_factor: float = 1.0
    """On the dose rate: CTDIvol, or DAP and Ka,r."""
    length_factor: float = 1.0
    """On scan length, or on the duration of fluoroscopy."""
    typical: bool = False
    """True takes the residual scatter away, so that the size of what was planted is known exactly."""
    dap_factor: float = 1.0
    """On the dose area product as it is written, Ka,r untouched: a wrong unit."""
    repeats: int = 0
    """How many times the main spiral is scanned again."""
    kvp: int | None = None
    """Tube voltage of the main spiral; None is that of the protocol."""
    pitch: float | None = None
    """Pitch of the main spiral; None is that of the protocol."""
    fixed_current: bool = False
    """The main spiral is written without tube current modulation."""
    protocol_suffix: str = ""
    """Follows the names of the exam's and the main spiral's protocol: a copy."""
    lost: bool = False
    """Its objects never leave the scanner."""
    residual: float | None = None
    """What remains of the logarithm of the dose after size, in standard deviations; None draws it anew for each exam."""

    def and_(self, other: Self) -> Self:
        """Both together: factors multiply, repeats add, and where both say something the other one holds."""
        return type(self)(
            dose_factor=self.dose_factor * other.dose_factor,
            length_factor=self.length_factor * other.length_factor,
            typical=self.typical or other.typical,
            dap_factor=self.dap_factor * other.dap_factor,
            repeats=self.repeats + other.repeats,
            kvp=self.kvp if other.kvp is None else other.kvp,
            pitch=self.pitch if other.pitch is None else other.pitch,
            fixed_current=self.fixed_current or other.fixed_current,
            protocol_suffix=self.protocol_suffix + other.protocol_suffix,
            lost=self.lost or other.lost,
            residual=self.residual if other.residual is None else other.residual,
        )


USUAL = Conditions()
"""Nothing special."""
