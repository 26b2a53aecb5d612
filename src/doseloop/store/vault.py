"""The vault: dose objects as they came, compressed and encrypted with the installation's key.

A file is a magic number, a nonce and AES-256-GCM over the deflated bytes; its name is the SHA-256 of the original bytes,
which is authenticated with it, so that one file cannot stand in for another.
"""

import secrets
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doseloop.model.errors import Malformed, NotVisible
from doseloop.store.durable import DRAFT, draft, make_folder
from doseloop.store.filesystem import DISK, Filesystem

_MAGIC = b"DLV1"
_NONCE = 12
_TAG = 16
"""Length of the authentication tag of AES-GCM."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Objects by the SHA-256 of their bytes."""

    folder: Path
    key: bytes = field(repr=False)
    files: Filesystem = DISK

    def keep(self, sha256: str, content: bytes) -> None:
        """Keep the bytes durably; keeping them again changes nothing that can be seen."""
        path = self._path(sha256)
        make_folder(path.parent, self.files)
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self.key).encrypt(nonce, zlib.compress(content, 6), sha256.encode())
        with draft("vault", self.folder, self.files) as arriving:
            arriving.write(_MAGIC + nonce + sealed)
            arriving.become(path)

    def read(self, sha256: str) -> bytes:
        """The original bytes. Errors: `NotVisible` where they are not kept, `Malformed` where the file was changed or cut."""
        try:
            held = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotVisible(f"The bytes of object {sha256[:12]} are not kept.") from None
        content = _opened(self.key, held, sha256)
        if content is None:
            raise Malformed(f"The kept file of object {sha256[:12]} was changed or cut on the disk.")
        return content

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are kept."""
        return self._path(sha256).exists()

    def destroy(self, sha256: str) -> None:
        """Remove the bytes."""
        self.files.unlink(self._path(sha256))

    def sweep(self) -> int:
        """Remove drafts that a crash left. Returns how many. Nobody may keep meanwhile."""
        left = list(self.folder.glob(f"{DRAFT}*"))
        for path in left:
            self.files.unlink(path)
        return len(left)

    def _path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256


def _opened(key: bytes, held: bytes, sha256: str) -> bytes | None:
    """What the file holds; None where it is not what was written."""
    begin = len(_MAGIC) + _NONCE
    if len(held) < begin + _TAG or not held.startswith(_MAGIC):
        return None
    try:
        return zlib.decompress(AESGCM(key).decrypt(held[len(_MAGIC) : begin], held[begin:], sha256.encode()))
    except (InvalidTag, zlib.error):
        return None
