"""The documentation says what the code is: every setting, error, command and rule stands in it."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from doseloop import assess
from doseloop.assess.registry import RULES, Rule
from doseloop.cli import app, key, notify, rules
from doseloop.loop.notification_address import SERVICES
from doseloop.model.errors import Busy, DoseloopError, NotAdmitted, RequestRefused, RequestTooLarge
from doseloop.receive.refusal import refusal_of
from doseloop.reference.glandular_cells import CELLS as GLANDULAR_CELLS
from doseloop.reference.own_rule_pack import COLUMNS
from doseloop.reference.rule_packs import rule_packs
from doseloop.roles.doctor import every_check
from doseloop.roles.doctor.check import Check
from doseloop.roles.settings import Settings
from doseloop.store.visible import ABOUT_PEOPLE
from doseloop.web.mcp.over_http import PATH

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def every_error(kind: type[DoseloopError] = DoseloopError) -> Iterator[type[DoseloopError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_documented_with_its_description(name: str) -> None:
    row = next(line for line in text("docs/operating.md").splitlines() if line.startswith(f"| `{name}` |"))
    assert str(Settings.model_fields[name].description) in row


@pytest.mark.parametrize("kind", list(every_error()))
def test_every_error_is_documented_with_what_to_do(kind: type[DoseloopError]) -> None:
    row = next(line for line in text("docs/errors.md").splitlines() if line.startswith(f"| `{kind.code}` |"))
    assert kind.hint in row


def test_no_two_errors_share_a_code() -> None:
    codes = [kind.code for kind in every_error()]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", list(GLANDULAR_CELLS))
def test_every_column_of_a_table_of_coefficients_is_documented(name: str) -> None:
    assert f"| `{name}` | {GLANDULAR_CELLS[name].meaning} |" in text("docs/glandular-dose.md")


@pytest.mark.parametrize("name", [str(command.name) for command in app.registered_commands])
def test_every_command_is_documented(name: str) -> None:
    assert f"doseloop {name}" in text("README.md") + text("docs/operating.md") + text("docs/commands.md")


@pytest.mark.parametrize("one", every_check(), ids=[one.code for one in every_check()])
def test_every_fault_that_the_doctor_finds_is_documented(one: Check) -> None:
    row = next(line for line in text("docs/doctor.md").splitlines() if line.startswith(f"| `{one.code}` |"))
    told = str(one.find.__doc__).strip()
    assert row == f"| `{one.code}` | {told} | {one.mend} | {'yes' if one.mender else 'no'} | {one.only or 'both'} |"


@pytest.mark.parametrize("name", [str(command.name) for command in key.app.registered_commands])
def test_every_command_about_keys_is_documented(name: str) -> None:
    assert f"doseloop key {name}" in text("docs/operating.md")


def every_rule() -> Iterator[tuple[str, str]]:
    """The rules that modules of `assess` name as their own, with the module."""
    for found in pkgutil.iter_modules(assess.__path__):
        named = getattr(importlib.import_module(f"doseloop.assess.{found.name}"), "RULE", None)
        if named is not None:
            yield named, found.name


def is_run(module: str) -> bool:
    """Whether anything outside `assess` runs the rule of a module of it."""
    run = re.compile(rf"\b{module}\.(on_exam|on_period|on_scanner|on_groups|finding)\(")
    files = (one for one in (ROOT / "src/doseloop").rglob("*.py") if one.parent.name != "assess")
    return any(run.search(one.read_text()) for one in files)


@pytest.mark.parametrize(("rule", "module"), list(every_rule()))
def test_every_rule_that_runs_stands_in_the_registry(rule: str, module: str) -> None:
    assert (rule in RULES) == is_run(module)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_is_documented_with_what_it_cannot_see(rule: Rule) -> None:
    row = next(line for line in text("docs/rules.md").splitlines() if line.startswith(f"| `{rule.name}` |"))
    cells = [cell.strip() for cell in row.strip("| ").split(" | ")]
    assert cells[3] == rule.severity
    assert all(cells[1:3])


@pytest.mark.parametrize(
    ("rule", "name"),
    [(rule, one.name) for rule in RULES.values() for one in rule.schema],
    ids=lambda one: str(one)[:40],
)
def test_every_setting_of_a_rule_is_documented_with_its_bounds(rule: Rule, name: str) -> None:
    one = next(one for one in rule.schema if one.name == name)
    bounds = "yes or no" if one.is_switch else " to ".join(one.ends)
    assert f"| `{rule.name}` | `{name}` | {one.said(one.default)} | {bounds} |" in text("docs/rules.md")


@pytest.mark.parametrize("pack", [one.key for one in rule_packs()])
def test_every_rule_pack_is_documented(pack: str) -> None:
    assert f"| `{pack}` |" in text("docs/rules.md")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_a_site_s_own_rules_is_documented(column: str) -> None:
    assert f"`{column}`" in text("docs/rules.md")


@pytest.mark.parametrize("name", [str(command.name) for command in rules.app.registered_commands])
def test_every_command_about_rules_is_documented(name: str) -> None:
    assert f"`doseloop rules {name}" in text("docs/commands.md")


def test_rules_that_are_never_told_are_documented() -> None:
    assert all(f"`{name}`" in text("docs/notifications.md") for name in ABOUT_PEOPLE)


@pytest.mark.parametrize("scheme", SERVICES)
def test_every_service_that_may_be_told_is_documented(scheme: str) -> None:
    assert f"`{scheme}://`" in text("docs/notifications.md")


@pytest.mark.parametrize("name", [str(command.name) for command in notify.app.registered_commands])
def test_every_command_about_notifications_is_documented(name: str) -> None:
    assert f"`doseloop notify {name}" in text("docs/commands.md")


def test_configurations_of_programs_can_be_read_and_lead_to_where_programs_are_answered() -> None:
    blocks = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", text("docs/mcp.md"), re.DOTALL)]
    alone, by_http, bridged = (one["mcpServers"]["doseloop"] for one in blocks)
    assert alone["args"][0] in {command.name for command in app.registered_commands}
    assert urlsplit(by_http["url"]).path == urlsplit(bridged["args"][1]).path == PATH
    assert by_http["headers"] == {"Authorization": "Bearer TOKEN"}
    assert (
        bridged["args"][-1].replace("${DOSELOOP_TOKEN}", bridged["env"]["DOSELOOP_TOKEN"])
        == "Authorization:Bearer TOKEN"
    )


@pytest.mark.parametrize("status", [kind.code for kind in (NotAdmitted, RequestTooLarge, Busy)])
def test_what_a_program_is_refused_with_is_documented(status: str) -> None:
    kinds = {kind.code: kind for kind in every_error(RequestRefused)}
    answer = refusal_of(kinds[status](""))  # type: ignore[arg-type]
    assert f"| {answer.status_code} |" in text("docs/mcp.md")
