"""The MCP server over HTTP, at a served address: the same figures, for who has a token for reading that is in force."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from mcp.client import Client

from doseloop.access.rights import Role
from doseloop.access.scope import SYSTEM
from doseloop.roles.data_folder import DataFolder
from doseloop.store import peers, tokens
from doseloop.store.accounts import account_named, add_account
from doseloop.store.address import Address
from doseloop.store.models import AuditRow, PeerToken, Procedure, ReferenceLevel, RoleAtSite
from tests.ask.department import department
from tests.record import copied, removed, use_record
from tests.web.mcp.programs import call, headers, program, talk, talk_by_http, tool_call
from tests.web.mcp.test_server import MEDIAN, TOOLS
from tests.web.serving import served_in

pytestmark = pytest.mark.once
BODY_BYTES = 4096
MAIN, NORTH = "a.physicist", "n.physicist"
QUESTION = "median DLP of CT by scanner of all time"


@dataclass(frozen=True, slots=True)
class Served:
    """Where programs ask, and the folder that is asked about."""

    address: str
    data: Path


@pytest.fixture(scope="module")
def served(empty_record: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A department with a physicist at each of its sites, served for all tests of this file."""
    data = DataFolder(tmp_path_factory.mktemp("programs") / "data")
    data.prepare()
    before, record = settings.RECORD, copied(empty_record, data.root)
    use_record(record)
    ReferenceLevel.objects.all().delete()
    Procedure.objects.all().delete()
    department(120)
    add_account(MAIN, "correct horse battery", Role.PHYSICIST, "Main Hospital")
    add_account(NORTH, "correct horse battery", Role.PHYSICIST, "North Clinic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOSELOOP_MCP_BODY_BYTES", str(BODY_BYTES))
        patch.setenv("DOSELOOP_MCP_REQUESTS", "2")
        with served_in(data.root, "tests.web.mcp.served_alone") as found:
            yield Served(found.address, data.root)
    use_record(before)
    removed(record)


def token(name: str, account: str = MAIN) -> str:
    return tokens.add_for_reading(name, account_named(account))


def post(served: Served, sent: Any, **more: str) -> httpx2.Response:
    return httpx2.post(f"{served.address}/mcp", headers=more, timeout=30, **sent)


def call_of_scanners() -> dict[str, Any]:
    return {"json": tool_call("get_dimension_values", dimension="scanner")}


async def everything(client: Client) -> dict[str, Any]:
    """What every tool gives."""
    listed = (await client.list_tools()).tools
    asked = await call(client, "ask", text=QUESTION)
    found = {
        "tools": [one.model_dump() for one in listed],
        "list_metrics": await call(client, "list_metrics"),
        "list_dimensions": await call(client, "list_dimensions"),
        "get_dimension_values": await call(client, "get_dimension_values", dimension="scanner"),
        "validate_plan": await call(client, "validate_plan", plan=MEDIAN),
        "query_doses": await call(client, "query_doses", plan=MEDIAN),
        "ask": asked,
        "next question": await call(client, "ask", text="only women", previous_plan=asked["plan"]),
        "no answer": await call(client, "ask", text="qwertz asdf"),
        "single exams": await call(
            client, "query_doses", plan={**MEDIAN, "intent": "list", "metrics": [], "group_by": []}
        ),
    }
    return dict(without_the_moment(found))


def without_the_moment(told: Any) -> Any:
    """What was told, but for when it was asked."""
    if isinstance(told, list):
        return [without_the_moment(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: without_the_moment(value) for name, value in told.items() if not name.endswith("asked_at")}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_every_tool_gives_over_http_what_it_gives_over_standard_input_and_output(served: Served, mode: str) -> None:
    by_http = talk_by_http(served.address, token(f"same-{mode}"), everything, mode)
    assert by_http == talk(served.data, everything, MAIN)
    assert {one["name"] for one in by_http["tools"]} == TOOLS
    assert by_http["ask"]["answer"]["table"]["rows"]
    assert by_http["single exams"]["reason"] == "permission"


def never_made() -> dict[str, str]:
    return headers("0" * 64)


def without() -> dict[str, str]:
    return {}


def of_another_scheme() -> dict[str, str]:
    return {"Authorization": "Basic " + token("basic")}


def revoked() -> dict[str, str]:
    secret = token("revoked")
    tokens.revoke("revoked", account_named(MAIN))
    return headers(secret)


def ended() -> dict[str, str]:
    secret = token("ended")
    PeerToken.objects.filter(name="ended").update(expires_at=timezone.now() - timedelta(seconds=1))
    return headers(secret)


def of_a_closed_account() -> dict[str, str]:
    add_account("leaves", "correct horse battery", Role.PHYSICIST, "Main Hospital")
    secret = token("leaves", "leaves")
    User.objects.filter(username="leaves").update(is_active=False)
    return headers(secret)


def for_sending() -> dict[str, str]:
    return headers(tokens.add("CT1"))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (without, "has no token"),
        (of_another_scheme, "has no token"),
        (never_made, "not known"),
        (revoked, "was revoked on"),
        (ended, "ended on"),
        (of_a_closed_account, "is closed"),
        (for_sending, "for sending objects"),
    ],
)
def test_a_token_that_is_not_in_force_for_reading_opens_nothing(served: Served, bad: Any, said: str) -> None:
    rows = AuditRow.objects.filter(address__startswith="mcp").count()
    answer = post(served, call_of_scanners(), **bad())
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Doseloop"')
    assert said in answer.text
    assert "[not-admitted]" in answer.text
    assert "CT1" not in answer.text
    assert AuditRow.objects.filter(address__startswith="mcp").count() == rows


def test_the_client_of_a_program_with_a_token_that_was_revoked_comes_no_further(served: Served) -> None:
    secret = token("until now")
    assert talk_by_http(served.address, secret, everything)["ask"]["kind"] == "answer"
    tokens.revoke("until now", account_named(MAIN))
    with pytest.raises(BaseException):  # noqa: B017  # the client's own, by its version
        talk_by_http(served.address, secret, everything)


def test_tokens_that_were_refused_are_counted_where_peers_are_that_were_turned_away(served: Served) -> None:
    post(served, call_of_scanners(), **never_made())
    found = {(one.ae, one.host, one.reason) for one in peers.refusals(SYSTEM, timedelta(hours=1))}
    assert ("MCP", "127.0.0.1", "The token is not known") in found


def test_an_account_that_lost_its_role_is_told_nothing_more(served: Served) -> None:
    add_account("moves", "correct horse battery", Role.VIEWER, "Main Hospital")
    secret = token("moves", "moves")

    async def ask_twice(client: Client) -> Any:
        first = await client.call_tool("ask", {"text": QUESTION})
        RoleAtSite.objects.filter(account__username="moves").delete()
        return first, await client.call_tool("ask", {"text": QUESTION})

    first, second = talk_by_http_with_record(served.address, secret, ask_twice)
    assert not first.is_error
    assert second.is_error
    assert "may not see doses" in str(second.content)
    assert second.structured_content is None


def talk_by_http_with_record(address: str, secret: str, told: Any) -> Any:
    """The same, where the test changes the record between two calls: Django refuses that within an event loop."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        return talk_by_http(address, secret, told)


def test_a_body_that_is_too_large_is_refused_whether_it_says_its_length_or_not(served: Served) -> None:
    sent = headers(token("large")) | {"Content-Type": "application/json"}
    long = b"[" + b" " * BODY_BYTES + b"]"
    declared = post(served, {"content": long}, **sent)
    in_chunks = post(served, {"content": (long[at : at + 1000] for at in range(0, len(long), 1000))}, **sent)
    assert (declared.status_code, in_chunks.status_code) == (413, 413)
    assert "[request-too-large]" in declared.text


@pytest.mark.parametrize(
    ("headers_of_browser", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:8080"}, 421),
        ({"Host": "localhost.evil.example"}, 421),
        ({"Host": "localhost"}, 200),
        ({"Origin": "http://localhost:8080"}, 200),
    ],
)
def test_a_page_of_another_site_and_another_host_s_name_are_refused(
    served: Served, headers_of_browser: dict[str, str], status: int
) -> None:
    secret = token(f"of a page {headers_of_browser}")
    answer = post(served, call_of_scanners(), **headers(secret), **headers_of_browser)
    assert answer.status_code == status
    assert ("CT1" in answer.text) is (status == 200)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS", "HEAD"])
def test_nothing_but_post_is_answered_and_no_stream_is_opened(served: Served, method: str) -> None:
    answer = httpx2.request(method, f"{served.address}/mcp", headers=headers(token(method)), timeout=30)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_each_call_stands_in_the_audit_under_the_account_with_the_token_s_name(served: Served) -> None:
    talk_by_http(served.address, token("assistant"), everything)
    rows = AuditRow.objects.filter(address="mcp 127.0.0.1, token assistant").order_by("pk")
    assert {(row.actor, row.account_id, row.patient_key) for row in rows} == {(MAIN, account_named(MAIN), None)}
    assert [row.action for row in rows] == ["asked", *["used a tool"] * 4, *["asked"] * 4]
    subjects = [row.subject for row in rows]
    assert subjects[1:4] == ["statistics and quantities", "dimensions", "values of scanner"]
    assert (rows[7].subject, rows[8].after) == ("question", {"refused": "permission"})
    assert "qwertz" not in str(rows.values())


def test_two_programs_at_once_see_each_what_its_own_account_may(served: Served) -> None:
    secrets = {MAIN: token("at once"), NORTH: token("at once", NORTH)}

    async def scanners_of(account: str) -> set[str]:
        seen = set()
        async with program(served.address, secrets[account]) as client:
            for _ in range(10):
                seen.add(", ".join((await call(client, "get_dimension_values", dimension="scanner"))["values"]))
        return seen

    async def both() -> list[set[str]]:
        return await asyncio.gather(scanners_of(MAIN), scanners_of(NORTH))

    assert asyncio.run(both()) == [{"Angio 1, CT1, CT2, Mammo 1"}, {"CT4"}]


def test_more_requests_than_may_wait_are_told_to_come_again_and_pages_stay_up(served: Served) -> None:
    sent = headers(token("flood"))

    async def flood() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(timeout=60) as http:
            one = tool_call("ask", text=QUESTION)
            asked = [http.post(f"{served.address}/mcp", json=one, headers=sent) for _ in range(12)]
            return await asyncio.gather(*asked, http.get(f"{served.address}/health"))

    *answers, health = asyncio.run(flood())
    assert {one.status_code for one in answers} == {200, 503}
    assert {one.headers["Retry-After"] for one in answers if one.status_code == 503} == {"60"}
    assert health.status_code == 200
