"""The documentation says what the code is: every setting, error, command and rule stands in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from doseloop.assess import (
    heartbeat,
    high_dose,
    protocol_change,
    revised_dose,
    rule_pack_values,
    same_event,
    unit_suspected,
    wrong_protocol,
)
from doseloop.cli import app, key, notify, rules
from doseloop.loop.notification_address import SERVICES
from doseloop.model.errors import DoseloopError
from doseloop.model.notification import NEVER_TOLD, SEVERITY_OF, Severity
from doseloop.reference.glandular_cells import CELLS as GLANDULAR_CELLS
from doseloop.reference.own_rule_pack import COLUMNS
from doseloop.reference.rule_packs import rule_packs
from doseloop.roles.doctor import every_check
from doseloop.roles.doctor.check import Check
from doseloop.roles.settings import Settings

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


@pytest.mark.parametrize(
    "rule",
    [
        heartbeat.RULE,
        high_dose.RULE,
        protocol_change.RULE,
        revised_dose.RULE,
        rule_pack_values.RULE,
        same_event.RULE,
        unit_suspected.RULE,
        wrong_protocol.RULE,
    ],
)
def test_every_rule_is_documented(rule: str) -> None:
    assert f"`{rule}`" in text("docs/rules.md")


@pytest.mark.parametrize("pack", [one.key for one in rule_packs()])
def test_every_rule_pack_is_documented(pack: str) -> None:
    assert f"| `{pack}` |" in text("docs/rules.md")


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_of_a_site_s_own_rules_is_documented(column: str) -> None:
    assert f"`{column}`" in text("docs/rules.md")


@pytest.mark.parametrize("name", [str(command.name) for command in rules.app.registered_commands])
def test_every_command_about_rules_is_documented(name: str) -> None:
    assert f"`doseloop rules {name}" in text("docs/commands.md")


@pytest.mark.parametrize("severity", Severity)
def test_how_weighty_each_rule_is_is_documented(severity: Severity) -> None:
    names = sorted(rule for rule, found in SEVERITY_OF.items() if found is severity)
    assert f"| {severity} | {', '.join(f'`{name}`' for name in names)} |" in text("docs/notifications.md")


def test_rules_that_are_never_told_are_documented() -> None:
    assert f"| never | {', '.join(f'`{name}`' for name in sorted(NEVER_TOLD))} |" in text("docs/notifications.md")


@pytest.mark.parametrize("scheme", SERVICES)
def test_every_service_that_may_be_told_is_documented(scheme: str) -> None:
    assert f"`{scheme}://`" in text("docs/notifications.md")


@pytest.mark.parametrize("name", [str(command.name) for command in notify.app.registered_commands])
def test_every_command_about_notifications_is_documented(name: str) -> None:
    assert f"`doseloop notify {name}" in text("docs/commands.md")
