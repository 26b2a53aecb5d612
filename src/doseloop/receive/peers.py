"""Which DICOM peers may send: those of the settings and those that a person admitted, or everyone."""

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class Peers:
    """Looked at for each request for an association; `admitted` is replaced while it runs."""

    listed: tuple[str, ...] = ()
    """Calling AE titles of the settings, each alone or as `AE@host`."""
    known_only: bool = False
    """Whether only known peers may send although the settings list none."""
    admitted: Collection[tuple[str, str]] = field(default_factory=frozenset)
    """AE title and host of peers that a person admitted."""

    def admits(self, ae: str, host: str) -> bool:
        """Whether a peer may send."""
        if not self.listed and not self.known_only:
            return True
        return ae in self.listed or f"{ae}@{host}" in self.listed or (ae, host) in self.admitted
