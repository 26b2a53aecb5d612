"""Tokens on their page: shown once, made for the person's own rights, ended by whose they are or who sets up every site."""

import re
from typing import Any

import pytest
from django.test import Client

from doseloop.model.errors import NotAdmitted
from doseloop.store import tokens
from doseloop.store.accounts import account_named
from doseloop.store.models import AuditRow, PeerToken
from tests.web.record import Department


def made(client: Client, name: str = "notes", days: str = "30") -> str:
    """The secret that the page shows."""
    found = client.post("/tokens/add", {"name": name, "days": days})
    shown = re.search(r"<code data-secret>([0-9a-f]{64})</code>", found.content.decode())
    assert shown is not None, found.content.decode()
    assert "no-store" in found["Cache-Control"]
    return shown.group(1)


def page(client: Client) -> str:
    return client.get("/tokens/").content.decode()


def key_of(name: str) -> str:
    return str(PeerToken.objects.get(name=name).pk)


def test_a_token_is_shown_once_and_reads_with_the_rights_of_who_made_it(department: Department, signed_in: Any) -> None:
    client = signed_in("viewer")
    secret = made(client)
    assert tokens.reader_of(secret) == tokens.Reader(account_named("viewer"), "viewer", "notes")
    assert secret not in page(client)
    assert "Reads as viewer; made" in page(client)
    row = AuditRow.objects.get(action="made token")
    assert (row.actor, row.after["purpose"]) == ("viewer", "read")
    assert secret not in str(AuditRow.objects.values())


def test_who_made_a_token_ends_it_on_the_page(department: Department, signed_in: Any) -> None:
    client = signed_in("viewer")
    secret = made(client)
    assert (
        "no longer in force" in client.post("/tokens/revoke", {"token": key_of("notes")}, follow=True).content.decode()
    )
    with pytest.raises(NotAdmitted, match="revoked"):
        tokens.reader_of(secret)
    assert "Revoked" in page(client)
    assert AuditRow.objects.get(action="revoked token").actor == "viewer"


@pytest.mark.parametrize("account", ["physicist", "administrator"])
def test_tokens_of_others_are_neither_seen_nor_ended_without_the_right_at_every_site(
    account: str, department: Department, signed_in: Any
) -> None:
    secret = made(signed_in("viewer"), "of the viewer")
    tokens.add("CT-GATEWAY")
    client = signed_in(account)
    assert "of the viewer" not in page(client)
    assert "CT-GATEWAY" not in page(client)
    for name in ("of the viewer", "CT-GATEWAY"):
        assert client.post("/tokens/revoke", {"token": key_of(name)}).status_code == 404
    assert tokens.reader_of(secret).account_name == "viewer"


def test_an_administrator_of_every_site_ends_any_token(department: Department, signed_in: Any) -> None:
    made(signed_in("viewer"), "of the viewer")
    sending = tokens.add("CT-GATEWAY")
    client = signed_in("a.osei")
    assert "Reads as viewer" in page(client)
    assert "Sends objects" in page(client)
    client.post("/tokens/revoke", {"token": key_of("CT-GATEWAY")})
    assert tokens.owner_of(sending) is None


@pytest.mark.parametrize(
    "given", [{"name": "", "days": "3"}, {"name": "x", "days": "0"}, {"name": "x", "days": "ever"}, {}]
)
def test_what_cannot_be_used_makes_no_token(given: dict[str, str], department: Department, signed_in: Any) -> None:
    assert signed_in("viewer").post("/tokens/add", given).status_code == 400
    assert not PeerToken.objects.exists()
