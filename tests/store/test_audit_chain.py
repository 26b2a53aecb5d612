"""The audit is append-only, and whoever changes it all the same is found out, whatever byte it is."""

import random
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from doseloop.model.errors import UnusableInput
from doseloop.roles.audit import chain_of
from doseloop.roles.data_folder import DataFolder
from doseloop.store.append_only import is_protected
from doseloop.store.audit import Actor, Seen, record_change, record_sight
from doseloop.store.audit_chain import AuditChain, Head
from doseloop.store.audit_rows import COLUMNS
from doseloop.store.audit_verify import verify
from doseloop.store.models import AuditRow, AuditSeal
from tests.store.tampering import JSON_CHANGED, NO_TEXT, REFUSED, TIME_CHANGED, change_one_byte, drop_triggers, run

KEANE = Actor(7, "m.keane", "10.1.0.8")
TRIALS = 1000


@pytest.fixture
def chain(folder: DataFolder) -> AuditChain:
    """Five seals over four rows each, and two rows that are not sealed yet."""
    made = chain_of(folder)
    for number in range(5):
        record_sight(KEANE, "saw", f"exam {number}", {Seen(number, 1), Seen(number + 40, 2)}, identified=True)
        record_change(KEANE, "commented", f"exam {number}", patient_key=number, site=1, after={"text": "naïve Ω"})
        record_change(KEANE, "set aside", f"flag {number}", before={"state": "open"}, after={"state": "set aside"})
        made.seal()
    record_change(KEANE, "signed in", "account 7")
    record_change(KEANE, "signed out", "account 7")
    return made


@contextmanager
def undone() -> Any:
    """What the block does to the record is gone after it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_seals_take_every_column_of_the_audit() -> None:
    assert sorted(COLUMNS) == sorted(field.column for field in AuditRow._meta.concrete_fields)


def test_an_untouched_audit_is_intact(chain: AuditChain) -> None:
    found = verify(chain)
    assert (found.seals, found.rows, found.unsealed, found.fault) == (5, 20, 2, None)
    assert found.head == chain.kept_head()
    assert chain.seal() != found.head
    assert verify(chain).unsealed == 0
    assert chain.seal() is None


def test_the_latest_seals_can_be_looked_at_alone(chain: AuditChain) -> None:
    found = verify(chain, latest=2)
    assert (found.seals, found.rows, found.fault) == (2, 8, None)
    assert verify(chain, latest=60).seals == 5


@pytest.mark.parametrize("sql", REFUSED)
def test_the_database_refuses_to_change_or_remove_rows_and_seals(sql: str, chain: AuditChain) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        run(sql)
    assert verify(chain).fault is None


def test_removing_an_account_or_site_leaves_the_rows_as_they_are(chain: AuditChain) -> None:
    from django.contrib.auth.models import User

    from doseloop.store.models import Site

    user, site = User.objects.create(username="gone"), Site.objects.create(name="Gone")
    record_change(Actor(user.pk, "gone"), "signed in", "account", site=site.pk)
    chain.seal()
    user.delete()
    site.delete()
    assert verify(chain).fault is None


OTHERS = ", ".join(COLUMNS[1:])
FAULTS: dict[str, tuple[str, str, Callable[[AuditChain], None]]] = {
    "a changed row": ("row changed", "row 6", lambda _: run("UPDATE store_auditrow SET subject = 'x' WHERE id = 6")),
    "a blank in its JSON": ("row changed", "row 4", lambda _: run(JSON_CHANGED)),
    "a changed time, or one written otherwise": ("row changed", "row 6", lambda _: run(TIME_CHANGED)),
    "a removed row": ("row removed", "row 6", lambda _: run("DELETE FROM store_auditrow WHERE id = 6")),
    "the last sealed row removed": ("row removed", "row 20", lambda _: run("DELETE FROM store_auditrow WHERE id = 20")),
    "an inserted row": ("row inserted", "row -1", lambda _: run(
        f"INSERT INTO store_auditrow (id, {OTHERS}) SELECT -1, {OTHERS} FROM store_auditrow WHERE id = 1")),
    "rows that changed places": ("row changed", "row 2", lambda _: swap(2, 7)),
    "a changed seal": ("seal changed", "seal 2", lambda _: run("UPDATE store_auditseal SET at = 'x' WHERE number = 2")),
    "a removed seal": ("seal removed", "seal 2", lambda _: run("DELETE FROM store_auditseal WHERE number = 2")),
    "a removed first seal": ("seal removed", "seal 1", lambda _: run("DELETE FROM store_auditseal WHERE number = 1")),
    "a tail cut off": ("tail cut off", "seal 4", lambda _: cut(3)),
    "everything removed": ("tail cut off", "seal 1", lambda _: cut(0)),
    "everything made anew without the key": ("seal changed", "seal 1", lambda chain: anew(chain, b"guessed")),
    "everything made anew with the key": ("seal changed", "seal 5", lambda chain: anew(chain, chain.key)),
}  # fmt: skip


def swap(one: int, other: int) -> None:
    for old, new in ((one, 999), (other, one), (999, other)):
        run("UPDATE store_auditrow SET id = %s WHERE id = %s", new, old)


def cut(after: int) -> None:
    run("DELETE FROM store_auditseal WHERE number > %s", after)
    run("DELETE FROM store_auditrow WHERE id > %s", after * 4)


def anew(chain: AuditChain, key: bytes) -> None:
    """Change a row and make every seal again, as somebody would who can write the database alone."""
    run("UPDATE store_auditrow SET actor = 'x' WHERE id = 6")
    run("DELETE FROM store_auditseal")
    forger = replace(chain, key=key, head_file=chain.head_file.with_name("elsewhere"))
    while AuditSeal.objects.count() < 5:
        AuditRow.objects.create(at="2026-01-01T00:00Z", actor="x", action="saw", subject="x")
        forger.seal()


@pytest.mark.parametrize("name", FAULTS)
def test_the_first_row_or_seal_that_does_not_fit_is_named(name: str, chain: AuditChain) -> None:
    kind, subject, attack = FAULTS[name]
    drop_triggers()
    attack(chain)
    found = verify(chain).fault
    assert found is not None
    assert (found.kind, found.subject) == (kind, subject)


def test_a_head_that_was_kept_elsewhere_finds_what_the_data_folder_cannot(chain: AuditChain) -> None:
    kept = chain.kept_head()
    assert kept is not None
    drop_triggers()
    cut(3)
    chain.head_file.unlink()
    missed = verify(chain).fault
    assert missed is None or missed.kind == "not append-only"
    found = verify(chain, Head.of(str(kept))).fault
    assert found is not None
    assert found.kind == "tail cut off"


@pytest.mark.parametrize("words", ["", "12", "1:abc", f"x:{'0' * 64}", f"1:{'g' * 64}"])
def test_what_is_no_head_is_refused(words: str) -> None:
    with pytest.raises(UnusableInput, match="head"):
        Head.of(words)


def test_dropped_triggers_are_told_of(chain: AuditChain) -> None:
    assert is_protected(connection)
    drop_triggers()
    found = verify(chain).fault
    assert found is not None
    assert found.kind == "not append-only"


def test_sealing_goes_on_after_a_row_was_changed_and_the_fault_stays(chain: AuditChain) -> None:
    drop_triggers()
    run(NO_TEXT)
    assert chain.seal() is not None
    found = verify(chain).fault
    assert found is not None
    assert found.subject == "row 6"


def test_any_changed_byte_of_a_row_or_seal_shows(chain: AuditChain) -> None:
    chance = random.Random(2026)
    drop_triggers()
    missed = []
    for trial in range(TRIALS):
        with undone():
            done = change_one_byte(chance)
            found = verify(chain).fault
            if found is None or found.kind == "not append-only":
                missed.append((trial, done))
    assert missed == []
    assert verify(chain).rows == 20
