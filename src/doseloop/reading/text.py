"""Text as it was meant, whatever character set the object declares (PS3.5 section 6.1; Specific Character Set)."""

import re
import unicodedata
import warnings
from collections.abc import Callable
from functools import lru_cache

from pydicom.charset import decode_bytes, python_encoding

from doseloop.reading.likely_text import likely_encoding, telling

Decode = Callable[[bytes], str]

_MULTI_BYTE = frozenset(("gb18030", "gbk", "big5", "euc_kr", "shift_jis", "cp932"))
_WIDER = {
    "GB18030": "gb18030",
    "GBK": "gbk",
    "GB2312": "gb18030",
    "iso_ir_58": "gb18030",
    "iso2022_jp": "cp932",
    "iso2022_jp_2": "cp932",
    "shift_jis": "cp932",
}
"""What text is read with that uses a set without its escape sequences, or more of it than its name says."""
_ESCAPES = (
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$(D", "iso2022_jp_2"),
    (b"\x1b)I", "shift_jis"),
    (b"\x1b(J", "shift_jis"),
    (b"\x1b$)C", "euc_kr"),
    (b"\x1b$)A", "iso_ir_58"),
    (b"\x1b-L", "iso_ir_144"),
    (b"\x1b-F", "iso_ir_126"),
    (b"\x1b-G", "iso_ir_127"),
    (b"\x1b-H", "iso_ir_138"),
)
"""Escape sequences (PS3.3 tables C.12-3 and C.12-4) and pydicom's name of what they select."""
_PLAIN = {
    "iso_ir_126": "iso8859_7",
    "iso_ir_127": "iso8859_6",
    "iso_ir_138": "iso8859_8",
    "iso_ir_144": "iso8859_5",
    "iso_ir_148": "iso8859_9",
    "iso_ir_166": "tis_620",
}
"""pydicom's names of sets, which Python knows by others."""
LONGEST_DECLARATION = 256
"""Bytes of Specific Character Set: each of a few terms has at most 16."""
_TWO_BYTES = 0x7FF
_SEVERAL = 4
_NO_LETTERS = re.compile("[\x80-\x9f\ufffd\ue000-\uf8ff]")
"""Controls, the replacement character and private use: no set means them."""
_LEFT_ESCAPES = re.compile(r"\x1b\$\)[AC]")
"""What pydicom leaves of a selected set: that of ISO 2022 IR 58."""
_DELIMITERS = set(b"\n\r\t\f^=\\")


def decoder(declared: bytes) -> Decode:
    """A function from the bytes of a text value to the text, trimmed of padding.

    `declared` is the value of Specific Character Set (0008,0005). Bytes that are sound UTF-8 are UTF-8, whatever set of single
    bytes is declared, and also under a Chinese set where they say so; code extensions (ISO 2022) are followed where they
    are used. Otherwise the declared set holds, unless the bytes are not in it or speak for another one (`likely_text.py`).
    Nothing is refused: what no set reads is read as Windows Latin.
    """
    encodings = _encodings(declared)
    known: dict[bytes, str] = {}
    first = _PLAIN.get(encodings[0], encodings[0])

    guessed: dict[bytes, str] = {}

    def likely(part: bytes) -> str:
        if part not in guessed:
            guessed[part] = likely_encoding(part, first)
        return guessed[part]

    def decode(raw: bytes) -> str:
        if raw.isascii() and b"\x1b" not in raw:
            return _trimmed(raw.decode("ascii"))
        if raw not in known:  # the same protocol and region stand in every event
            known[raw] = _trimmed(_decode_rare(raw, encodings, likely))
        return known[raw]

    return decode


def _trimmed(text: str) -> str:
    """The text without its padding. A NUL within is shown as U+FFFD: PS3.5 section 6.1.3 has none, nor has a database."""
    return text.strip(" \0").replace("\0", "\N{REPLACEMENT CHARACTER}")


@lru_cache(maxsize=64)
def _encodings(declared: bytes) -> tuple[str, ...]:
    return tuple(map(_encoding, declared.decode("ascii", "replace").split("\\")))


def _encoding(term: str) -> str:
    plain = re.sub(r"[\s_-]+", " ", term.strip().upper())
    number = re.sub(r"^ISO (2022 )?IR ", "", plain)
    for name in (term.strip(), f"ISO_IR {number}", f"ISO 2022 IR {number}"):
        if name in python_encoding:
            return python_encoding[name]
    return "utf8" if "UTF" in plain else "iso8859"


def _decode_rare(raw: bytes, encodings: tuple[str, ...], likely: Callable[[bytes], str]) -> str:
    if b"\x1b" in raw:
        return _decode_escaped(raw, encodings)
    as_utf8 = _strictly(raw, "utf-8")
    for encoding in (_WIDER.get(one, one) for one in encodings):
        if as_utf8 is not None and (encoding not in _MULTI_BYTE or _is_wide(as_utf8)):
            return as_utf8
        if encoding in _MULTI_BYTE:
            as_declared = _strictly(raw, encoding)
            if as_declared is not None and _is_text(as_declared):
                return as_declared
    if as_utf8 is not None:
        return as_utf8
    return raw.decode(likely(telling(raw)), "replace")


def _is_wide(text: str) -> bool:
    """Whether UTF-8 text cannot be pairs of another multi-byte set by chance: letters of three bytes, accents among plain
    letters, or several letters of one alphabet."""
    strange = [letter for letter in text if not letter.isascii()]
    plain = sum(letter.isalpha() for letter in text if letter.isascii())
    alphabets = {unicodedata.name(letter, "").split(" ")[0] for letter in strange}
    is_one_alphabet = len(strange) >= _SEVERAL and len(alphabets) == 1
    return any(ord(letter) > _TWO_BYTES for letter in strange) or plain > 2 * len(strange) or is_one_alphabet


def _is_text(text: str) -> bool:
    return not _NO_LETTERS.search(text)


def _decode_escaped(raw: bytes, encodings: tuple[str, ...]) -> str:
    """ISO 2022 code extensions by pydicom, which knows the Japanese, Korean and Chinese sets; those that are used but not
    declared are added."""
    used = [encoding for escape, encoding in _ESCAPES if escape in raw and encoding not in encodings]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _LEFT_ESCAPES.sub("", decode_bytes(raw, [*encodings, *used], _DELIMITERS))
        except (LookupError, UnicodeError):
            return raw.decode("cp1252", "replace")


def _strictly(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return None
