"""The vault: dose objects as they came, compressed and encrypted with the installation's key.

A file is a magic number, a nonce and AES-256-GCM over the deflated bytes; its name is the SHA-256 of the original bytes,
which is authenticated with it, so that one file cannot stand in for another.
"""

import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doseloop.model.errors import Malformed, NotVisible
from doseloop.store.durable import sync_folder
from doseloop.store.keyring import KeyRing

_MAGIC = b"DLV1"
_NONCE = 12
_DRAFT = "draft-"
_TRIES = 2
"""An object that is just sealed with another key is read anew, file and keys."""
_TAG = 16
"""Length of the authentication tag of AES-GCM."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Objects by the SHA-256 of their bytes."""

    folder: Path
    key: bytes | KeyRing = field(repr=False)
    """A ring where the key may be replaced while this process runs."""

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep the bytes durably; keeping them again changes nothing that can be seen."""
        path = self._path(sha256)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with self._sealing() as key:
            _put(path, _sealed(key, content, sha256))
            sync_folder(path.parent)

    def read(self, sha256: str) -> bytes:
        """The original bytes. Errors: `NotVisible` where they are not kept, `Malformed` where the file was changed or cut."""
        for _ in range(_TRIES):
            held = self._held(sha256)
            for key in self._opening():
                content = _opened(key, held, sha256)
                if content is not None:
                    return content
        raise Malformed(f"The kept file of object {sha256[:12]} was changed or cut on the disk.")

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are kept."""
        return self._path(sha256).exists()

    def destroy(self, sha256: str) -> None:
        """Remove the bytes."""
        with self._sealing():
            self._path(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The SHA-256 of every object that is kept."""
        for folder in sorted(self.folder.glob("??")):
            yield from sorted(path.name for path in folder.iterdir() if not path.name.startswith(_DRAFT))

    def reseal(self, sha256: str) -> bool:
        """Seal an object with the current key, if it is not yet; False where no key opens it. Nobody may keep meanwhile."""
        try:
            held = self._held(sha256)
        except NotVisible:
            return True
        current, *before = self._opening()
        if _opened(current, held, sha256) is not None:
            return True
        content = next((one for key in before if (one := _opened(key, held, sha256)) is not None), None)
        if content is None:
            return False
        _put(self._path(sha256), _sealed(current, content, sha256))
        sync_folder(self._path(sha256).parent)
        return True

    def remove_drafts(self) -> None:
        """Remove what a kill left of files that were being written. Nobody may keep meanwhile."""
        for draft in self.folder.glob(f"*/{_DRAFT}*"):
            draft.unlink(missing_ok=True)

    def _sealing(self) -> AbstractContextManager[bytes]:
        return self.key.sealing() if isinstance(self.key, KeyRing) else nullcontext(self.key)

    def _opening(self) -> tuple[bytes, ...]:
        return self.key.opening() if isinstance(self.key, KeyRing) else (self.key,)

    def _held(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotVisible(f"The bytes of object {sha256[:12]} are not kept.") from None

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _put(path: Path, held: bytes) -> None:
    """Write the file whole or not at all."""
    draft = path.with_name(f"{_DRAFT}{secrets.token_hex(8)}")
    try:
        with draft.open("wb") as file:
            file.write(held)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _sealed(key: bytes, content: bytes, sha256: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return _MAGIC + nonce + AESGCM(key).encrypt(nonce, zlib.compress(content, 6), sha256.encode())


def _opened(key: bytes, held: bytes, sha256: str) -> bytes | None:
    """What the file holds; None where it is not what was written."""
    begin = len(_MAGIC) + _NONCE
    if len(held) < begin + _TAG or not held.startswith(_MAGIC):
        return None
    try:
        return zlib.decompress(AESGCM(key).decrypt(held[len(_MAGIC) : begin], held[begin:], sha256.encode()))
    except (InvalidTag, zlib.error):
        return None
