"""Tokens: shown once, kept as a hash, ended at once."""

import pytest

from doseloop.model.errors import UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import tokens
from doseloop.store.models import AuditRow


@pytest.fixture(autouse=True)
def _record(folder: DataFolder) -> None:
    """Tokens stand in the record."""


def test_a_token_is_its_peers_and_no_other_is() -> None:
    one, two = tokens.add("CT1"), tokens.add("CT2")
    assert [tokens.owner_of(secret) for secret in (one, two, one[:-1], "", "CT1")] == ["CT1", "CT2", None, None, None]


def test_a_token_is_no_option_to_a_program_that_it_is_given_to() -> None:
    assert all(tokens.add(f"CT{number}").isalnum() for number in range(50))


def test_the_secret_is_nowhere_in_the_record(folder: DataFolder) -> None:
    secret = tokens.add("CT1")
    assert secret.encode() not in b"".join(path.read_bytes() for path in folder.root.glob("record.sqlite3*"))


def test_a_revoked_token_is_nobodys_and_its_peer_may_have_a_new_one() -> None:
    old = tokens.add("CT1")
    tokens.revoke("CT1")
    new = tokens.add("CT1")
    assert (tokens.owner_of(old), tokens.owner_of(new)) == (None, "CT1")
    assert [one.revoked_at is None for one in tokens.tokens()] == [False, True]


def test_a_peer_has_one_token_in_force() -> None:
    tokens.add("CT1")
    with pytest.raises(UnusableInput, match="has a token"):
        tokens.add("CT1")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_token_needs_a_name(name: str) -> None:
    with pytest.raises(UnusableInput):
        tokens.add(name)


def test_what_is_not_there_cannot_be_revoked() -> None:
    with pytest.raises(UnusableInput, match="no token"):
        tokens.revoke("CT1")


def test_its_use_is_noted_and_its_making_and_ending_are_audited() -> None:
    secret = tokens.add("CT1")
    assert tokens.tokens()[0].last_used_at is None
    tokens.owner_of(secret)
    assert tokens.tokens()[0].last_used_at is not None
    tokens.revoke("CT1")
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["made token", "revoked token"]
