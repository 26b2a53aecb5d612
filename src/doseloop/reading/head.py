"""Bytes of a file as far as they are needed: a report whole, of an image what comes before its pixels."""

from pathlib import Path

from doseloop.model.errors import DoseloopError, TooLarge, Truncated
from doseloop.reading.elements import Walk, layout_of
from doseloop.reading.encoding import DEFLATED_LITTLE, find_data_set
from doseloop.reading.header import CONTENT_SEQUENCE, PIXEL_TAGS, STOPS
from doseloop.reading.limits import MEBIBYTE, ReadLimits

FIRST_BYTES = 256 * 1024
"""Most reports, and the headers of most images, are shorter."""


def object_bytes(path: Path, limits: ReadLimits) -> bytes:
    """What of the object in a file is read, up to its pixels: those of CT images alone are read too, by `ct_pixels`. What cannot be
    made out is given as far as it was read.

    Raises `TooLarge` for a header longer than the limit, and `OSError`.
    """
    most = limits.report_bytes + MEBIBYTE
    with path.open("rb") as file:
        data = file.read(FIRST_BYTES)
        wanted = FIRST_BYTES
        while len(data) == wanted:
            end = _end_of_header(data, limits)
            if end is not None:
                return data[:end]
            if wanted >= most:
                raise TooLarge(f"more than {wanted} bytes without an end of the header or report")
            wanted = min(4 * wanted, most)
            data += file.read(wanted - len(data))
        return data


def _end_of_header(data: bytes, limits: ReadLimits) -> int | None:
    """Where the pixels begin, or the end of what was read where no more would help; None where more is needed."""
    try:
        encoded = find_data_set(data, limits)
        if encoded.transfer_syntax == DEFLATED_LITTLE:
            return None
        layout = layout_of(encoded)
        _, pos = Walk(data, layout, limits, frozenset(), STOPS).data_set(encoded.start, len(data), True, 1)
    except Truncated:
        return None
    except DoseloopError:
        return len(data)
    tag = layout.native(layout.word.unpack_from(data, pos)[0]) if pos + 4 <= len(data) else CONTENT_SEQUENCE
    return pos if tag in PIXEL_TAGS else None
