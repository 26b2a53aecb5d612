"""What was computed over what the scanner states: a check of both, never a correction of either."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatedRatio:
    """The ratio of a computed to a stated value."""

    value: float
    """Computed over stated."""
    low: float
    high: float
    """Both ends of what is told as agreement."""
    name: str
    """What is compared, with its article: `the glandular dose`."""

    @property
    def is_close(self) -> bool:
        """Whether both agree within the limits."""
        return self.low <= self.value <= self.high

    @property
    def sentence(self) -> str:
        """For people where they do not agree; empty where they do."""
        if self.is_close:
            return ""
        ends = f"{self.low:.2f} to {self.high:.2f}"
        return f"As computed, {self.name} is {self.value:.3g} times what the scanner states; expected is {ends}."
