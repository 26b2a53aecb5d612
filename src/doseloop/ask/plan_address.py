"""A plan as an address holds it, and its digest."""

import base64
import binascii
import hashlib
import json
from typing import Final

from doseloop.ask.plan import Plan, canonical, plan_of
from doseloop.model.errors import UnusableInput

_LONGEST: Final = 8_000


def to_address(plan: Plan) -> str:
    """The canonical form as compact JSON, in the letters of base64url without padding."""
    return base64.urlsafe_b64encode(_compact(plan)).decode().rstrip("=")


def from_address(text: str) -> Plan:
    """The plan that an address holds. Errors: `UnusableInput`."""
    if len(text) > _LONGEST:
        raise UnusableInput("This is no plan: it is too long.")
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return plan_of(json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)))
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        raise UnusableInput("This is no plan: the address is not whole.") from None


def digest(plan: Plan) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(_compact(plan)).hexdigest()


def _compact(plan: Plan) -> bytes:
    return json.dumps(canonical(plan), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
