"""Where messages may go: mail addresses, services of a list, hosts that the settings name, and nothing else."""

import pytest

from doseloop.loop.notification_address import checked
from doseloop.model.errors import UnusableInput

HOSTS = ["chat.hospital.example", "Prod.Logic.Example"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  keane@hospital.example ", "keane@hospital.example"),
        ("slack://TokenA12345/TokenBabcd/aaaaaaaaaaaaaaaaaaaaaaaa/#dose", "Slack"),
        ("mmosts://chat.hospital.example/3ccdd113474722377935511fc85d3dd4", "Mattermost"),
        ("jsons://user:secret@chat.hospital.example:8443/hook", "Webhook (JSON)"),
        ("ntfys://chat.hospital.example/dose", "ntfy"),
        ("gotifys://chat.hospital.example/AbCdEf", "Gotify"),
        ("workflows://prod.logic.example:443/643e69f83c8944/signature/", "Microsoft Teams"),
    ],
)
def test_what_may_be_told_is_taken_and_only_its_kind_is_shown(typed: str, shown: str) -> None:
    found = checked(typed, HOSTS)
    assert (found.secret, found.shown) == (typed.strip(), shown)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "json://127.0.0.1:8080/",
        "json://169.254.169.254/latest/meta-data",
        "json://chat.hospital.example@10.0.0.1/",
        "json://10.0.0.1\\@chat.hospital.example/",
        "json://10.0.0.1#@chat.hospital.example/",
        "json://[::1",
        "json://",
        "jsons://chat.hospital.example/hook?+X-Header=1",
        "jsons://chat.hospital.example/hook?redirect=yes",
        "slack://TokenA12345/TokenBabcd/aaaaaaaaaaaaaaaaaaaaaaaa/?template=/etc/passwd",
        "slack://TokenA12345/TokenBabcd/aaaaaaaaaaaaaaaaaaaaaaaa/, json://10.0.0.1/",
        "slack://TokenA12345/TokenBabcd/aaaaaaaaaaaaaaaaaaaaaaaa/ json://10.0.0.1/",
        "slack://nothing",
        "mailto://user:pass@hospital.example?smtp=10.0.0.1",
        "syslog://",
        "file:///etc/passwd",
        "xmls://chat.hospital.example/",
        "mmosts://chat.hospital.example/" + "a" * 2000,
    ],
)
def test_anything_else_is_refused_without_repeating_a_url(typed: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        checked(typed, HOSTS)
    if "://" in typed[1:]:
        assert typed not in str(refused.value)


def test_without_hosts_in_the_settings_no_webhook_is_taken() -> None:
    with pytest.raises(UnusableInput, match="notify_hosts"):
        checked("jsons://chat.hospital.example/hook", [])
