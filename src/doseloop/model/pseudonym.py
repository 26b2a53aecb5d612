"""Pseudonyms: what stands in place of identity where an installation is pseudonymous.

Each is an HMAC-SHA256 (RFC 2104) under the installation's key over the kind of name and its fields, every field preceded
by its length, so that no two lists of fields give the same bytes. The same name gives the same pseudonym, in every study;
without the key nobody can try numbers until one fits. Kinds never meet: a number gives another pseudonym as a patient's
than as an order's.
"""

import base64
import hashlib
import hmac

from doseloop.model.dose_object import Identity
from doseloop.model.names import joins

ISSUER = "pseudonym"
"""Issuer of pseudonymous patient numbers whose originals had an issuer."""
UNISSUED = f"{ISSUER} without issuer"
"""Of those whose originals had none: such a number joins at its site alone."""
_LONG_BYTES, _SHORT_BYTES = 20, 10


def pseudonym(identity: Identity, key: bytes) -> Identity:
    """Who a patient is in a pseudonymous record: a number of 160 bits over issuer and number, no name, no birth date.

    Empty and dummy numbers, which never join studies, stay None.
    """
    number = patient_number(identity.number, identity.issuer, key)
    return Identity(number=number, issuer=ISSUER if identity.issuer else UNISSUED)


def patient_number(number: str | None, issuer: str | None, key: bytes) -> str | None:
    """The pseudonymous Patient ID: `P` and 32 characters; None for a number that does not join studies."""
    if number is None or not joins(number):
        return None
    return "P" + _code(key, _LONG_BYTES, "patient", (issuer or "").strip(), number.strip())


def order_number(number: str, key: bytes) -> str:
    """In place of an accession number or another identifier of an order: 80 bits, 16 characters, as an SH may have.

    The same number gives the same, whichever element it stands in; an empty one stays empty.
    """
    return _code(key, _SHORT_BYTES, "order", number.strip()) if number.strip() else ""


def staff_name(name: str, key: bytes, *, one_person: bool) -> str:
    """In place of an operator's or physician's name: stable over case, spaces and empty name components.

    A name that cannot be one person (`reference.staff_names`) stays recognisable as such (`staff-`); an empty one stays empty.
    """
    plain = " ".join(name.casefold().replace("^", " ").replace("=", " ").split())
    if not plain:
        return ""
    return ("person-" if one_person else "staff-") + _code(key, _LONG_BYTES, "person", plain)


def _code(key: bytes, length: int, *fields: str) -> str:
    encoded = [field.encode() for field in fields]
    message = b"".join(len(field).to_bytes(8, "big") + field for field in encoded)
    return base64.b32encode(hmac.digest(key, message, hashlib.sha256)[:length]).decode("ascii")
