"""The vault: dose objects as they came, compressed and encrypted with the installation's key.

A file is a magic number, a nonce and AES-256-GCM over the deflated bytes; its name is the SHA-256 of the original bytes,
which is authenticated with it, so that one file cannot stand in for another.
"""

import secrets
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doseloop.model.errors import Malformed, NotVisible
from doseloop.store.durable import draft, make_folder, sweep
from doseloop.store.filesystem import DISK, Filesystem
from doseloop.store.keyring import KeyRing

_MAGIC = b"DLV1"
_NONCE = 12
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
    files: Filesystem = DISK

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep the bytes durably; keeping them again changes nothing that can be seen."""
        with self._sealing() as key:
            self._put(sha256, _sealed(key, content, sha256))

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
            self.files.unlink(self._path(sha256))

    def names(self) -> Iterator[str]:
        """The SHA-256 of every object that is kept."""
        for folder in sorted(self.folder.glob("??")):
            yield from sorted(path.name for path in folder.iterdir())

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
        self._put(sha256, _sealed(current, content, sha256))
        return True

    def sweep(self) -> int:
        """Remove drafts that a crash left. Returns how many. Nobody may keep meanwhile."""
        return sweep(self.folder, self.files)

    def _put(self, sha256: str, held: bytes) -> None:
        """Write the file whole or not at all."""
        path = self._path(sha256)
        make_folder(path.parent, self.files)
        with draft("vault", self.folder, self.files) as arriving:
            arriving.write(held)
            arriving.become(path)

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
