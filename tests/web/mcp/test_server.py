"""The MCP server, asked by the real client over standard input and output: figures within an account's rights."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from mcp.client import Client

from doseloop.access.rights import Role
from doseloop.facts.engine import Facts
from doseloop.model.errors import Forbidden
from doseloop.roles.data_folder import DataFolder
from doseloop.store.accounts import account_named, add_account
from doseloop.store.audit import Actor
from doseloop.store.models import AuditRow, RoleAtSite
from doseloop.web.mcp.tools import Tools
from tests.ask.department import department
from tests.web.mcp.programs import call, talk

ACCOUNT = "a.physicist"
TOOLS = {"list_metrics", "list_dimensions", "get_dimension_values", "validate_plan", "query_doses", "ask"}
MEDIAN = {
    "metrics": [{"stat": "median", "quantity": "dlp"}],
    "group_by": ["scanner"],
    "filters": [{"field": "modality", "op": "in", "value": ["CT"]}],
    "time": {"kind": "all"},
}


@pytest.fixture
def folder_of_department(facts: Facts, folder: DataFolder) -> Path:
    department(120)
    add_account(ACCOUNT, "correct horse battery", Role.PHYSICIST, "Main Hospital")
    return folder.root


def test_every_tool_only_reads_and_says_what_comes_back(folder_of_department: Path) -> None:
    async def tools(client: Client) -> Any:
        return (await client.list_tools()).tools

    found = talk(folder_of_department, tools, ACCOUNT)
    assert {one.name for one in found} == TOOLS
    for one in found:
        assert one.annotations.read_only_hint
        assert one.output_schema
        assert one.description


def test_a_question_and_its_plan_give_the_same_figures_and_stand_in_the_audit(folder_of_department: Path) -> None:
    async def ask(client: Client) -> Any:
        asked = await call(client, "ask", text="median DLP of CT by scanner of all time")
        queried = await call(client, "query_doses", plan=MEDIAN)
        follow = await call(client, "ask", text="only women", previous_plan=asked["plan"])
        return asked, queried, follow

    asked, queried, follow = talk(folder_of_department, ask, ACCOUNT)
    assert asked["kind"] == queried["kind"] == "answer"
    assert asked["answer"]["table"] == queried["answer"]["table"]
    assert asked["answer"]["table"]["rows"]
    assert {"field": "sex", "op": "in", "value": ["F"]} in follow["plan"]["filters"]
    assert AuditRow.objects.filter(action="asked", actor=ACCOUNT, address="mcp").count() == 3


def test_single_exams_sites_of_others_and_what_is_no_plan_are_refused(folder_of_department: Path) -> None:
    async def ask(client: Client) -> Any:
        listed = await call(client, "query_doses", plan={**MEDIAN, "intent": "list", "group_by": [], "metrics": []})
        scanners = await call(client, "get_dimension_values", dimension="scanner")
        wrong = await client.call_tool("query_doses", {"plan": {"sql": "select 1"}})
        checked = await call(client, "validate_plan", plan={**MEDIAN, "intent": "list", "metrics": [], "group_by": []})
        return listed, scanners, wrong, checked

    listed, scanners, wrong, checked = talk(folder_of_department, ask, ACCOUNT)
    assert (listed["kind"], listed["reason"]) == ("decline", "permission")
    assert scanners["values"] == ["Angio 1", "CT1", "CT2", "Mammo 1"]
    assert wrong.is_error
    assert "[unusable-input]" in wrong.content[0].text
    assert not checked["is_valid"]


def test_an_account_that_is_not_there_serves_nothing(folder_of_department: Path) -> None:
    async def tools(client: Client) -> Any:
        return await client.list_tools()

    with pytest.raises(BaseException):  # noqa: B017  # the client's own, by its version
        talk(folder_of_department, tools, "nobody")


def test_an_account_that_is_closed_or_loses_its_role_is_told_nothing_more(
    facts: Facts, folder_of_department: Path
) -> None:
    tools = Tools(Actor(account_named(ACCOUNT), ACCOUNT, "mcp"), facts)
    assert tools.list_metrics()
    User.objects.filter(username=ACCOUNT).update(is_active=False)
    with pytest.raises(Forbidden):
        tools.ask("median DLP of CT of all time")
    User.objects.filter(username=ACCOUNT).update(is_active=True)
    RoleAtSite.objects.filter(account__username=ACCOUNT).delete()
    with pytest.raises(Forbidden):
        tools.query_doses(MEDIAN)
