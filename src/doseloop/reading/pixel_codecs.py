"""Compressed frames of CT images: RLE, JPEG lossless, JPEG-LS and JPEG 2000 (PS3.5 section A.4)."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import generate_frames

Frame = NDArray[Any]


def frame_of(pixel_data: bytes, number: int, frames: int) -> bytes | None:
    """The bytes of a frame counted from 0, its fragments joined; None where there are fewer. Raises what pydicom raises where the
    items contradict themselves."""
    return next(islice(generate_frames(pixel_data, number_of_frames=frames), number, None), None)


# The libraries are imported when the first compressed image comes: most readers never see one.
def _rle(data: bytes, bits: int) -> Frame:
    from imagecodecs import dicomrle_decode

    kind = np.dtype(f"<u{bits // 8}")
    return np.frombuffer(dicomrle_decode(data, kind), kind)


def _jpeg_lossless(data: bytes, bits: int) -> Frame:
    from imagecodecs import jpegsof3_decode

    return jpegsof3_decode(data)


def _jpeg_ls(data: bytes, bits: int) -> Frame:
    from imagecodecs import jpegls_decode

    return jpegls_decode(data)


def _jpeg_2000(data: bytes, bits: int) -> Frame:
    from imagecodecs import jpeg2k_decode

    return jpeg2k_decode(data, numthreads=1)


_DECODERS: dict[str, Callable[[bytes, int], Frame]] = {
    "1.2.840.10008.1.2.5": _rle,
    "1.2.840.10008.1.2.4.57": _jpeg_lossless,
    "1.2.840.10008.1.2.4.70": _jpeg_lossless,
    "1.2.840.10008.1.2.4.80": _jpeg_ls,
    "1.2.840.10008.1.2.4.81": _jpeg_ls,
    "1.2.840.10008.1.2.4.90": _jpeg_2000,
    "1.2.840.10008.1.2.4.91": _jpeg_2000,
}
SYNTAXES = frozenset(_DECODERS)
"""Compressed transfer syntaxes that are decoded. Lossy JPEG is none of them: no CT image for reading is written in it."""


def decoded(syntax: str, data: bytes, bits_allocated: int) -> Frame:
    """The values of one compressed frame, in the order and shape that its stream has. Raises what the decoder raises."""
    return _DECODERS[syntax](data, bits_allocated)
