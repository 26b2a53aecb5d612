"""The least rate at which bytes must come while more of them are due."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Mean rate over consecutive windows. Rests while nothing is due; times are seconds of any one clock."""

    bytes_per_s: int
    window_s: float
    _began: float | None = None
    _came: int = 0

    def begin(self, now: float) -> None:
        """Something is due from now on; has no effect where something was due already."""
        if self._began is None:
            self._began, self._came = now, 0

    def rest(self) -> None:
        """Nothing is due any more."""
        self._began = None

    def count(self, number: int) -> None:
        """So many bytes came."""
        self._came += number

    def left_s(self, now: float) -> float:
        """Time until the window ends; the whole window at rest."""
        return self.window_s if self._began is None else self._began + self.window_s - now

    def too_slow(self, now: float) -> bool:
        """Whether a window ended with too few bytes. One that ended with enough is followed by the next."""
        if self._began is None or self.left_s(now) > 0:
            return False
        enough = self._came >= self.bytes_per_s * self.window_s
        self._began, self._came = now, 0
        return not enough
