"""How much of one object is read before it is refused."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Limits that hold a hostile or broken object to its own harm (`TooDeep`, `TooLarge`)."""

    object_bytes: int = 512 * MEBIBYTE
    """Longest object that a reader process takes into memory (the setting `max_object_bytes`)."""
    levels: int = 64
    """Deepest nesting of content items, the root being level 1; and of the sequences within one item."""
    report_bytes: int = 32 * MEBIBYTE
    """Longest structured report, as encoded (deflated: once inflated)."""
    items: int = 1_000_000
    """Most content items in one tree."""
    elements: int = 1_000_000
    """Most elements and items outside the content tree that are stepped through."""
    events: int = 20_000
    """Most irradiation events in one report."""
    sentences: int = 100
    """Most sentences on what is missing from one report; the rest are counted."""
    inflated_bytes: int = 256 * MEBIBYTE
    """Most bytes that a deflated object may become."""
    inflate_ratio: int = 100
    """Most bytes out for each byte in, beyond the first mebibyte."""
    pixels: int = 2048 * 2048
    """Most pixels of a CT image, or of one of its frames, that is measured."""
    compressed_bytes: int = 128 * MEBIBYTE
    """Longest compressed pixel data of a CT image that is measured."""
    frames: int = 300
    """Most frames of one CT object that are measured, evenly over its length."""
    compressed_frames: int = 40
    """The same where its pixels are compressed, since decoding takes ten times as long."""


DEFAULT_LIMITS = ReadLimits()
