"""Every kept object sealed anew with another key, beside a running installation; resumed after a kill at any moment."""

from collections.abc import Iterator

from doseloop.store.keyring import KeyRing
from doseloop.store.vault import Vault


def reseal_all(vault: Vault, ring: KeyRing) -> Iterator[bool]:
    """Replace the key, seal every object with the new one and destroy the key before. For each object whether it could be
    opened: one that was changed or cut on the disk stays as it is, no key opens it.

    Begun anew after a kill, it goes on with the new key that there is.
    """
    ring.replace()
    for sha256 in vault.names():
        with ring.alone():
            opened = vault.reseal(sha256)
        yield opened
    with ring.alone():
        vault.sweep()
    ring.forget_before()
