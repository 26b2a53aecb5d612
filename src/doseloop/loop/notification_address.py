"""Where messages may go: mail addresses by the installation's mail server, and a few services by their URL of Apprise.

Apprise reaches anything that a URL names. What is taken here is a list: services, hosts that whoever runs the installation has
named in its settings (a service whose host is its own needs none), and parameters. So a page cannot have the server call what
lies beside it on its network, nor read a file of it (`template=`), nor go elsewhere (`smtp=`); redirections are not followed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import apprise

from doseloop.model.errors import UnusableInput
from doseloop.store import mail_addresses
from doseloop.store.subscriptions import Address

_LONGEST: Final = 1000
_ONE_URL: Final = re.compile(r"[!-+\--\[\]-~]+")
"""Neither spaces nor commas, between which Apprise takes several URLs, nor a backslash, of which parsers think differently."""
_OTHERWISE: Final = "{} is addressed otherwise: see how Apprise writes its URL (docs/notifications.md)."
_NOT_NAMED: Final = "Whoever runs this installation has to name the host of {} in its settings first (`notify_hosts`)."
ASSET: Final = apprise.AppriseAsset(app_id="Doseloop", app_desc="Doseloop", http_redirects=False)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that may be told."""

    name: str
    own_host: bool = False
    """Whether the service's host is its own, and not named by the URL."""
    parameters: frozenset[str] = frozenset()
    """What may stand behind the question mark."""


SERVICES: Final = {
    "slack": Service("Slack", own_host=True),
    "workflows": Service("Microsoft Teams", parameters=frozenset({"id", "sig", "ver", "api-version", "pa"})),
    "mmosts": Service("Mattermost"),
    "mmost": Service("Mattermost"),
    "gotifys": Service("Gotify"),
    "ntfys": Service("ntfy"),
    "jsons": Service("Webhook (JSON)"),
    "json": Service("Webhook (JSON)"),
}
"""By scheme of the URL."""


def checked(text: str, hosts: Sequence[str]) -> Address:
    """What was typed, as an address. `hosts` are those that the settings name (`notify_hosts`).

    Errors: `UnusableInput`, saying what may be used instead; what was typed does not stand in it.
    """
    typed = text.strip()
    if "://" not in typed:
        (address,) = mail_addresses.checked([typed], least=1)
        return Address(address, address)
    scheme = typed.split("://", 1)[0].lower()
    service = SERVICES.get(scheme)
    if service is None or len(typed) > _LONGEST or not _ONE_URL.fullmatch(typed):
        known = ", ".join(f"{one}://" for one in SERVICES)
        raise UnusableInput(f"Give a mail address, or a URL of Apprise that begins with one of {known}.")
    try:
        parts = urlsplit(typed)
        host = (parts.hostname or "").lower()
    except ValueError:
        raise UnusableInput(_OTHERWISE.format(service.name)) from None
    _check_parameters(parts.query, service)
    if not service.own_host and host not in {one.lower() for one in hosts}:
        raise UnusableInput(_NOT_NAMED.format(service.name))
    made = apprise.Apprise.instantiate(typed, asset=ASSET)
    if not isinstance(made, apprise.NotifyBase) or not (service.own_host or made.host.lower() in map(str.lower, hosts)):
        raise UnusableInput(_OTHERWISE.format(service.name))
    return Address(typed, service.name)


def _check_parameters(query: str, service: Service) -> None:
    given = {name.lower() for name, _ in parse_qsl(query, keep_blank_values=True)}
    if given - service.parameters:
        allowed = ", ".join(sorted(service.parameters)) or "nothing"
        raise UnusableInput(f"Behind the question mark of the URL may stand: {allowed}.")
