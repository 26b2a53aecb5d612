"""What an archive may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits of one archive."""

    entries: int
    bytes: int
    """Of all its entries together, inflated."""
    ratio: int
    """Inflated to packed bytes, of each entry and of the whole."""
