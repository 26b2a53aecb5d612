"""Content that is kept as it was, held by its digest, and the name that is put under it."""

import hashlib
import zlib
from typing import Any, Final

from doseloop.model.errors import DamagedReport, UnusableInput

LONGEST_NAME: Final = 120


def sealed(content: bytes) -> dict[str, Any]:
    """The columns `content` and `sha256` of a row that keeps it."""
    return {"content": zlib.compress(content, 9), "sha256": hashlib.sha256(content).hexdigest()}


def opened(held: bytes | memoryview, sha256: str, what: str) -> bytes:
    """What was sealed. Errors: `DamagedReport` where a byte of it is another; `what` names it in the sentence."""
    try:
        content = zlib.decompress(bytes(held))
    except zlib.error:
        raise DamagedReport(f"{what} cannot be unpacked: its bytes have changed in the record.") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedReport(f"{what} is not what was archived: its SHA-256 is not {sha256[:12]}….")
    return content


def signed_by(name: str, function: str) -> dict[str, str]:
    """The columns of who signs, from what was typed. Errors: `UnusableInput` where either is missing or too long."""
    return {"signed_name": _line(name, "your name"), "signed_function": _line(function, "as what you sign")}


def _line(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise UnusableInput(f"Say {what}, in at most {LONGEST_NAME} characters.")
    return said
