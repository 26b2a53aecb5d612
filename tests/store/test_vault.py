"""Kept objects come back as they were, or not at all."""

import resource
import secrets
import signal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.model.errors import Malformed, NotVisible
from doseloop.roles.data_folder import DataFolder
from doseloop.store.vault import Vault

NAME = "a" * 64


@pytest.fixture
def vault(folder: DataFolder) -> Vault:
    return Vault(folder.objects, folder.key("objects"))


def test_what_is_kept_comes_back_byte_for_byte(vault: Vault) -> None:
    vault.keep(NAME, b"\x00dose\xff" * 1000)
    assert vault.read(NAME) == b"\x00dose\xff" * 1000


def test_a_kept_object_is_not_readable_on_the_disk(vault: Vault) -> None:
    vault.keep(NAME, b"Canary^Name" * 100)
    held = (vault.folder / NAME[:2] / NAME).read_bytes()
    assert b"Canary" not in held


@settings(deadline=None)
@given(place=st.integers(min_value=0, max_value=60))
def test_a_changed_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int) -> None:
    vault = Vault(tmp_path_factory.mktemp("objects"), b"k" * 32)
    vault.keep(NAME, b"a dose report of a patient" * 10)
    path = vault.folder / NAME[:2] / NAME
    held = bytearray(path.read_bytes())
    held[place % len(held)] ^= 1
    path.write_bytes(held)
    with pytest.raises(Malformed):
        vault.read(NAME)


@pytest.mark.parametrize("length", [0, 1, 4, 10, 16, 31, 32, 40])
def test_a_file_cut_short_is_malformed(vault: Vault, length: int) -> None:
    vault.keep(NAME, b"a dose report of a patient" * 10)
    path = vault.folder / NAME[:2] / NAME
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Malformed):
        vault.read(NAME)


def test_a_failed_write_leaves_no_draft_and_keeps_what_was_there(vault: Vault) -> None:
    vault.keep(NAME, b"one")
    before = (vault.folder / NAME[:2] / NAME).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            vault.keep(NAME, secrets.token_bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert [path.name for path in vault.folder.rglob("*") if path.is_file()] == [NAME]
    assert (vault.folder / NAME[:2] / NAME).read_bytes() == before


def test_one_file_cannot_stand_in_for_another(vault: Vault) -> None:
    vault.keep(NAME, b"one")
    (vault.folder / NAME[:2] / NAME).rename(vault.folder / NAME[:2] / ("a" * 63 + "b"))
    with pytest.raises(Malformed):
        vault.read("a" * 63 + "b")


def test_an_object_that_is_not_kept_is_not_visible(vault: Vault) -> None:
    with pytest.raises(NotVisible):
        vault.read(NAME)


def test_the_key_is_made_once_and_is_private(folder: DataFolder) -> None:
    assert folder.key("objects") == folder.key("objects")
    assert (folder.root / "keys" / "objects").stat().st_mode & 0o077 == 0


def test_a_sweep_removes_drafts_and_nothing_that_is_kept(vault: Vault) -> None:
    vault.keep(NAME, b"one")
    (vault.folder / "draft-abc").write_bytes(b"half")
    assert vault.sweep() == 1
    assert vault.read(NAME) == b"one"
