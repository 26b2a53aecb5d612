"""Text as it was meant, whatever character set the object declares (PS3.5 section 6.1; Specific Character Set)."""

import re
import warnings
from collections.abc import Callable

from pydicom.charset import decode_bytes, python_encoding

Decode = Callable[[bytes], str]

_LATIN = frozenset(("ascii", "iso8859", "latin_1", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_9", "iso8859_15"))
_C1_CONTROLS = re.compile("[\x80-\x9f\ufffd]")
_DELIMITERS = set(b"\n\r\t\f^=\\")


def decoder(declared: bytes) -> Decode:
    """A function from the bytes of a text value to the text, trimmed of padding.

    `declared` is the value of Specific Character Set (0008,0005). Bytes that are sound UTF-8 are taken for UTF-8 where a
    Latin set is declared, or where the declared set makes control characters of them: scanners write UTF-8 under
    another name. Bytes that are not in the declared set are read as Windows Latin, never refused.
    """
    encodings = [_encoding(term) for term in declared.decode("ascii", "replace").split("\\")]

    def decode(raw: bytes) -> str:
        if raw.isascii() and b"\x1b" not in raw:
            return _trimmed(raw.decode("ascii"))
        return _trimmed(_decode_rare(raw, encodings))

    return decode


def _trimmed(text: str) -> str:
    """The text without its padding. A NUL within is shown as U+FFFD: PS3.5 section 6.1.3 has none, nor has a database."""
    return text.strip(" \0").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _encoding(term: str) -> str:
    plain = re.sub(r"[\s_-]+", " ", term.strip().upper())
    number = re.sub(r"^ISO (2022 )?IR ", "", plain)
    for name in (term.strip(), f"ISO_IR {number}", f"ISO 2022 IR {number}"):
        if name in python_encoding:
            return python_encoding[name]
    return "utf8" if "UTF" in plain else "iso8859"


def _decode_rare(raw: bytes, encodings: list[str]) -> str:
    first = encodings[0]
    if len(encodings) > 1 or b"\x1b" in raw:
        return _decode_escaped(raw, encodings)
    as_utf8 = _strictly(raw, "utf-8")
    if as_utf8 is not None and first in _LATIN:
        return as_utf8
    as_declared = _strictly(raw, "latin_1" if first in ("ascii", "iso8859") else first)
    if as_declared is None or _C1_CONTROLS.search(as_declared):
        return as_utf8 if as_utf8 is not None else raw.decode("cp1252", "replace")
    return as_declared


def _decode_escaped(raw: bytes, encodings: list[str]) -> str:
    """ISO 2022 code extensions by pydicom, which knows the Japanese, Korean and Chinese sets."""
    if b"\x1b" not in raw:
        as_utf8 = _strictly(raw, "utf-8")
        if as_utf8 is not None:
            return as_utf8
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return str(decode_bytes(raw, encodings, _DELIMITERS))
        except (LookupError, UnicodeError):
            return raw.decode("cp1252", "replace")


def _strictly(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
