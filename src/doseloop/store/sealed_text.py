"""Short texts that are kept sealed with a key of the installation: addresses with passwords in them.

The same seal as the vault's: a nonce, then AES-256-GCM, with what the text is for authenticated beside it.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doseloop.store.keyring import KeyRing

_NONCE: Final = 12


def seal(ring: KeyRing, text: str, purpose: str) -> bytes:
    """The text sealed with the current key."""
    nonce = secrets.token_bytes(_NONCE)
    with ring.sealing() as key:
        return nonce + AESGCM(key).encrypt(nonce, text.encode(), purpose.encode())


def unseal(ring: KeyRing, held: bytes | memoryview, purpose: str) -> str | None:
    """The text; None where no key opens it, or it was sealed for something else."""
    content = bytes(held)
    for key in ring.opening():
        try:
            return AESGCM(key).decrypt(content[:_NONCE], content[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    return None
