"""Tokens: shown once, kept as a hash, ended at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from doseloop.model.errors import NotAdmitted, UnusableInput
from doseloop.roles.data_folder import DataFolder
from doseloop.store import tokens
from doseloop.store.models import AuditRow, PeerToken


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


@pytest.fixture
def account() -> int:
    return User.objects.create_user("assistant").pk


def ends(name: str, ago: timedelta) -> None:
    PeerToken.objects.filter(name=name).update(expires_at=timezone.now() - ago)


def test_a_token_is_for_one_purpose_alone(account: int) -> None:
    sending, reading = tokens.add("CT1"), tokens.add_for_reading("notes", account)
    assert (tokens.owner_of(sending), tokens.owner_of(reading)) == ("CT1", None)
    assert tokens.reader_of(reading) == tokens.Reader(account, "assistant", "notes")
    with pytest.raises(NotAdmitted, match="for sending objects"):
        tokens.reader_of(sending)


def test_no_row_is_for_reading_without_an_account_or_for_sending_with_one(account: int) -> None:
    for purpose, of in (("read", None), ("send", account)):
        with pytest.raises(IntegrityError), transaction.atomic():
            PeerToken.objects.create(name="x", sha256=purpose, purpose=purpose, account_id=of, made_at=timezone.now())


def test_a_token_for_reading_ends_when_it_is_revoked_when_its_days_are_over_and_when_its_account_is_closed(
    account: int,
) -> None:
    one, two, three = (tokens.add_for_reading(name, account) for name in ("one", "two", "three"))
    tokens.revoke("one", account)
    ends("two", timedelta(seconds=1))
    for secret, why in ((one, "revoked on"), (two, "ended on"), ("0" * 64, "not known")):
        with pytest.raises(NotAdmitted, match=why):
            tokens.reader_of(secret)
    assert tokens.reader_of(three).token == "three"
    User.objects.update(is_active=False)
    with pytest.raises(NotAdmitted, match="account of the token is closed"):
        tokens.reader_of(three)


def test_a_token_for_sending_has_no_end_unless_one_is_said() -> None:
    for_ever, for_a_day = tokens.add("CT1"), tokens.add("CT2", days=1)
    ends("CT2", timedelta(days=-1) + timedelta(seconds=5))
    assert tokens.owner_of(for_a_day) == "CT2"
    ends("CT2", timedelta(seconds=1))
    assert (tokens.owner_of(for_ever), tokens.owner_of(for_a_day)) == ("CT1", None)
    assert [one.expires_at is None for one in tokens.tokens()] == [True, False]


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_are_between_one_and_ten_years(days: int, account: int) -> None:
    with pytest.raises(UnusableInput, match="3650 days"):
        tokens.add_for_reading("notes", account, days)


def test_accounts_and_peers_may_each_have_a_token_of_one_name_and_each_ends_alone(account: int) -> None:
    other = User.objects.create_user("other").pk
    secrets = [tokens.add_for_reading("notes", one) for one in (account, other)]
    sending = tokens.add("notes")
    with pytest.raises(UnusableInput, match="has a token"):
        tokens.add_for_reading("notes", account)
    tokens.revoke("notes", account)
    assert (tokens.reader_of(secrets[1]).account, tokens.owner_of(sending)) == (other, "notes")
    tokens.revoke("notes")
    assert tokens.reader_of(secrets[1]).account == other
    assert [one.account for one in tokens.tokens(account)] == ["assistant"]


def test_the_audit_says_for_what_and_for_whom_a_token_was_made(account: int) -> None:
    tokens.add_for_reading("notes", account)
    assert AuditRow.objects.get().after == {"name": "notes", "purpose": "read", "account": account}
