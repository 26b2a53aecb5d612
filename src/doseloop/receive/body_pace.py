"""The pace of a sender: how long it may be silent, and how fast it must be on the whole."""

from dataclasses import dataclass, field

from doseloop.model.errors import TooSlow


@dataclass(slots=True)
class BodyPace:
    """Counts the bytes of one request against the time that was spent waiting for them; our own work does not count.

    Each window of waiting must bring its share, so that one fast beginning does not pay for a dripping end.
    """

    idle_s: float
    """Longest silence."""
    min_bytes_per_s: float
    """Least rate, looked at each `window_s`."""
    window_s: float
    _waited_s: float = field(default=0.0, init=False)
    _bytes: int = field(default=0, init=False)

    def patience_s(self) -> float:
        """How long to wait for the next bytes at most."""
        return min(self.idle_s, self.window_s - self._waited_s)

    def came(self, count: int, waited_s: float) -> None:
        """Note bytes that came after a wait. Errors: `TooSlow` where a window ends below the least rate."""
        self._waited_s += waited_s
        self._bytes += count
        if self._waited_s >= self.window_s:
            self._end_window()

    def silent(self, waited_s: float) -> None:
        """Note that nothing came within `patience_s`. Errors: `TooSlow`."""
        if waited_s >= self.idle_s:
            raise TooSlow(f"Nothing came for {self.idle_s:g} s.")
        self.came(0, self.window_s - self._waited_s)

    def _end_window(self) -> None:
        if self._bytes < self.min_bytes_per_s * self._waited_s:
            raise TooSlow(f"Fewer than {self.min_bytes_per_s:g} bytes a second came over {self.window_s:g} s.")
        self._waited_s, self._bytes = 0.0, 0
