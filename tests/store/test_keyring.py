"""Keys are replaced beside a running installation; killed at any moment, nothing is lost and the old key goes in the end."""

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from doseloop.model.errors import SetupError
from doseloop.roles.data_folder import DataFolder
from doseloop.store import keyring, vault
from doseloop.store.keyring import KeyRing
from doseloop.store.resealing import reseal_all
from doseloop.store.vault import Vault

CONTENTS = {f"{number:02x}" + "a" * 62: b"dose report %d" % number for number in range(5)}


@pytest.fixture
def ring(folder: DataFolder) -> KeyRing:
    return folder.ring("objects")


@pytest.fixture
def kept(folder: DataFolder, ring: KeyRing) -> Vault:
    made = Vault(folder.objects, ring)
    for name, content in CONTENTS.items():
        made.keep(name, content)
    return made


def opened(kept: Vault) -> dict[str, bytes]:
    return {name: kept.read(name) for name in kept.names()}


def test_after_a_rotation_the_new_key_opens_everything_and_the_old_one_nothing(kept: Vault, ring: KeyRing) -> None:
    old = ring.path.read_bytes()

    assert list(reseal_all(kept, ring)) == [True] * len(CONTENTS)

    assert opened(Vault(kept.folder, ring.path.read_bytes())) == CONTENTS
    assert not ring.before.exists()
    assert old not in {path.read_bytes() for path in ring.path.parent.iterdir()}
    for name in CONTENTS:
        with pytest.raises(vault.Malformed):
            Vault(kept.folder, old).read(name)


def test_the_key_before_is_overwritten_before_it_is_removed(
    kept: Vault, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_name = tmp_path / "the same file"
    ring.replace()
    os.link(ring.before, other_name)
    list(reseal_all(kept, ring))
    assert other_name.read_bytes() == bytes(keyring.KEY_BYTES)


class Killed(BaseException):
    """The end of the process."""


@contextmanager
def killed_at_call(number: int) -> Iterator[list[int]]:
    """Ends the process, as far as the code can tell, at that call to the file system."""
    calls = [0]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            if calls[0] >= number:
                raise Killed
            return real(*args, **kwargs)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("rename", "link", "fsync", "write", "unlink"):
            patch.setattr(os, name, counted(getattr(os, name)))
        yield calls


def test_killed_at_each_call_and_begun_anew_a_rotation_loses_nothing(tmp_path: Path) -> None:
    number, finished = 0, False
    while not finished:
        number += 1
        folder = DataFolder(tmp_path / str(number))
        folder.prepare()
        ring = folder.ring("objects")
        made, old = Vault(folder.objects, ring), ring.path.read_bytes()
        for name, content in CONTENTS.items():
            made.keep(name, content)

        try:
            with killed_at_call(number):
                list(reseal_all(made, ring))
            finished = True
        except Killed:
            assert opened(made) == CONTENTS
        list(reseal_all(made, ring))

        assert opened(Vault(folder.objects, ring.path.read_bytes())) == CONTENTS
        names = {path.name for path in folder.root.rglob("*") if path.is_file()}
        assert names == {*CONTENTS, "objects"}
        assert ring.path.read_bytes() != old
    assert number > 20


def test_what_is_kept_and_read_meanwhile_is_opened_by_the_new_key(kept: Vault, ring: KeyRing) -> None:
    over, failed = threading.Event(), []
    fresh: dict[str, bytes] = {}

    def keep_and_read() -> None:
        mine = Vault(kept.folder, KeyRing(ring.path))
        while not over.is_set():
            name, content = secrets.token_hex(32), secrets.token_bytes(100)
            mine.keep(name, content)
            fresh[name] = content
            failed.extend(name for name in CONTENTS if mine.read(name) != CONTENTS[name])

    thread = threading.Thread(target=keep_and_read)
    thread.start()
    for _ in range(5):
        list(reseal_all(kept, ring))
    over.set()
    thread.join()
    assert failed == []
    assert opened(Vault(kept.folder, ring.path.read_bytes())) == {**CONTENTS, **fresh}


def test_a_changed_object_stays_as_it_is_and_is_told(kept: Vault, ring: KeyRing) -> None:
    name = next(iter(CONTENTS))
    path = kept.folder / name[:2] / name
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    changed = path.read_bytes()

    assert sorted(reseal_all(kept, ring)) == [False, True, True, True, True]

    assert path.read_bytes() == changed


def test_a_missing_key_is_never_replaced_by_a_new_one_where_objects_are_kept(folder: DataFolder, kept: Vault) -> None:
    (folder.root / "keys" / "objects").unlink()
    with pytest.raises(SetupError, match="is missing"):
        folder.ring("objects")
    assert not (folder.root / "keys" / "objects").exists()
