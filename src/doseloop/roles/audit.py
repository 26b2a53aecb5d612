"""The audit of the installation itself: the chain of its folder, its starts and stops, and what was set between them."""

from collections.abc import Sequence
from importlib.metadata import version

import structlog
from django.db import DatabaseError
from pydantic import SecretStr

from doseloop.roles.data_folder import DataFolder
from doseloop.roles.settings import Settings
from doseloop.store.audit import SERVER, record_change
from doseloop.store.audit_chain import AuditChain
from doseloop.store.audit_list import latest

_log = structlog.get_logger()


def chain_of(folder: DataFolder) -> AuditChain:
    """The chain of the installation's audit."""
    return AuditChain(folder.key("audit"), folder.audit_head)


def seal(chain: AuditChain) -> None:
    """Seal what is new. The head goes into the log too, which may be kept on another machine."""
    head = chain.seal()
    if head is not None:
        _log.info("audit sealed", head=str(head))


def note_start(options: Settings, roles: Sequence[str]) -> None:
    """Note a start with what is set, and apart from it what was set otherwise at the last one."""
    last = latest("started")
    before, now = (last.after.get("settings", {}) if last else {}), _shown(options)
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name)) if last else []
    if changed:
        old, new = ({name: held.get(name) for name in changed} for held in (before, now))
        record_change(SERVER, "settings changed", "installation", before=old, after=new)
    after = {"roles": list(roles), "version": version("doseloop"), "settings": now}
    record_change(SERVER, "started", "installation", after=after)


def note_stop(chain: AuditChain, roles: Sequence[str]) -> None:
    """Note an end in order, and seal it. A record that does not answer keeps nothing from ending."""
    try:
        record_change(SERVER, "stopped", "installation", after={"roles": list(roles)})
        seal(chain)
    except DatabaseError:
        _log.exception("the end could not be noted in the audit")


def _shown(options: Settings) -> dict[str, str]:
    """What differs from the defaults, as text; what may hold a password only as set."""
    fields = Settings.model_fields
    given = {name: getattr(options, name) for name in fields if getattr(options, name) != fields[name].default}
    return {
        name: "set" if isinstance(value, SecretStr) or "://" in str(value) else str(value)
        for name, value in given.items()
    }
