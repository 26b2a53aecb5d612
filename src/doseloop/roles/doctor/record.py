"""The record itself."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from doseloop.roles.doctor.check import Check, Place, check
from doseloop.roles.lock import held
from doseloop.roles.record import bring_up_to_date, said
from doseloop.store import home, local_levels, mode
from doseloop.store.models import DoseObjectRow
from doseloop.store.record_copy import sqlite

CHECKS: list[Check] = []
_FROM_BACKUP = "End Doseloop, keep the file, and restore the last backup (`doseloop restore`)."
_AHEAD = timedelta(minutes=5)


@check(
    CHECKS, "record-missing", "Run `doseloop serve`, which makes one, or restore a backup.", blocks=True, only="SQLite"
)
def record_missing(place: Place) -> Iterator[str]:
    """There is no record."""
    if not place.folder.record.is_file() or not place.folder.record.stat().st_size:
        yield f"There is no record at {place.folder.record}."


@check(
    CHECKS, "record-unreachable", "Start the server, or set host, user, password and database of `record` right.",
    blocks=True, only="PostgreSQL",
)  # fmt: skip
def record_unreachable(place: Place) -> Iterator[str]:
    """The server of the record does not answer, or lets nobody in: objects are refused until it does."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        yield f"The record at {place.settings.record_address} does not answer: {said(error)}"


@check(CHECKS, "record-damaged", _FROM_BACKUP, blocks=True, only="SQLite")
def record_damaged(place: Place) -> Iterator[str]:
    """SQLite finds the file not intact."""
    yield from _told_by_sqlite(place, references=False)


@check(CHECKS, "record-references", _FROM_BACKUP, only="SQLite")
def record_references(place: Place) -> Iterator[str]:
    """Rows name rows that are not there."""
    yield from _told_by_sqlite(place, references=True)


def _told_by_sqlite(place: Place, *, references: bool) -> Iterator[str]:
    try:
        with sqlite.view(place.folder.record) as record:
            yield from record.broken_references() if references else record.damage()
    except sqlite3.DatabaseError as error:
        yield f"{place.folder.record}: {error}."


@check(CHECKS, "record-newer", "Install the version of Doseloop that wrote it, or a later one.", blocks=True)
def record_newer(place: Place) -> Iterator[str]:
    """A newer version has changed the record's tables."""
    loader = MigrationExecutor(connection).loader
    unknown = [f"{app}.{name}" for app, name in loader.applied_migrations if app in loader.migrated_apps]
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    unknown = sorted(set(unknown) - known)
    if unknown:
        yield f"The record was written by a newer version ({', '.join(unknown)})."


def _bring_up_to_date(place: Place) -> None:
    with held(place.folder, alone=True):
        bring_up_to_date()


@check(
    CHECKS, "record-older", "Back it up and start `doseloop serve`, which brings it up to date; --mend does too.",
    mender=_bring_up_to_date, blocks=True,
)  # fmt: skip
def record_older(place: Place) -> Iterator[str]:
    """The record lacks what this version needs."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        yield f"{len(pending)} changes of the record's tables are still to be made."


@check(
    CHECKS, "record-elsewhere", "Choose the record's own data folder (`data`), put its keys back, or name a database of its "
    "own for this one (`record`).", only="PostgreSQL",
)  # fmt: skip
def record_elsewhere(place: Place) -> Iterator[str]:
    """The record belongs to another data folder, which has its objects and keys."""
    key = place.root / "keys" / "installation"
    if not home.is_free() and not (key.exists() and home.is_of(key.read_bytes())):
        yield f"The record at {place.settings.record_address} belongs to another data folder than {place.root}."


@check(CHECKS, "record-mode", "Set `pseudonymous` as it was when the first object arrived (docs/pseudonymous.md).")
def record_mode(place: Place) -> Iterator[str]:
    """The record holds identity and the setting says pseudonyms, or the other way round."""
    known = mode.is_pseudonymous()
    if known is not None and known != place.settings.pseudonymous:
        holds = "pseudonyms" if known else "identity"
        yield f"The record holds {holds}, and the setting `pseudonymous` is {'off' if known else 'on'}."


@check(CHECKS, "clock-behind", "Set the clock of this machine (NTP): times of arrival and of windows depend on it.")
def clock_behind(place: Place) -> Iterator[str]:
    """The record holds times that have not come yet."""
    newest = DoseObjectRow.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    if newest is not None and newest > timezone.now() + _AHEAD:
        yield f"The newest object arrived at {newest:%Y-%m-%d %H:%M} UTC, which this machine's clock has not reached."


@check(
    CHECKS, "local-level-changed", "Compare it with a backup, and find out who wrote to the record. Withdraw it "
    "(`doseloop levels local withdraw`), and set another.",
)  # fmt: skip
def local_level_changed(place: Place) -> Iterator[str]:
    """A local level, or a value behind it, is not what it was when it was set."""
    yield from local_levels.changed()
