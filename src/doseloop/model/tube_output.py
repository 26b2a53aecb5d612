"""What a tube gives, as a physicist measured it: air kerma per mAs at one metre, by tube voltage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputPoint:
    """One measured output."""

    kvp: float
    mgy_per_mas: float
    """Air kerma without backscatter at 1 m from the focus, mGy/mAs."""


@dataclass(frozen=True, slots=True)
class TubeOutput:
    """The outputs of one tube with one filter."""

    points: tuple[OutputPoint, ...]
    measured_on: str = ""
    """ISO day."""
    reference: str = ""
    """The document that the measurement stands in."""
