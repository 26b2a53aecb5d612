"""Kept objects come back as they were, or not at all."""

import pytest
from hypothesis import given
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


@given(place=st.integers(min_value=4, max_value=60))
def test_a_changed_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int) -> None:
    vault = Vault(tmp_path_factory.mktemp("objects"), b"k" * 32)
    vault.keep(NAME, b"a dose report of a patient" * 10)
    path = vault.folder / NAME[:2] / NAME
    held = bytearray(path.read_bytes())
    held[place % len(held)] ^= 1
    path.write_bytes(held)
    with pytest.raises(Malformed):
        vault.read(NAME)


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
