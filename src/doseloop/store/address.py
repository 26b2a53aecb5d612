"""Where the record is: a SQLite file in the data folder, or a PostgreSQL database by URL. Imports no Django."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from doseloop.model.errors import SetupError

_SCHEMES = ("postgresql://", "postgres://")
_PORTS = re.compile(r"[0-9,]*", re.ASCII)
"""Of one host or several. A password with a `/` in it, not written as `%2F`, would be taken for a port, and shown."""
_EXAMPLE = "postgresql://doseloop@db.hospital.example/doseloop"
_SESSION = (
    "-c synchronous_commit=on"  # a sender hears of success after the commit: it must be durable by then
    " -c lock_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c extra_float_digits=1"  # seals and digests are of texts
)
_LIMITS: dict[str, str | int] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A record in a file on a local disk."""

    path: Path

    in_folder: ClassVar[bool] = True
    """Whether it lies in the data folder, and goes with it."""

    def __str__(self) -> str:
        return str(self.path)

    @property
    def database(self) -> dict[str, Any]:
        """Django's entry of it."""
        return {
            "ENGINE": "doseloop.store.queued_sqlite",
            "NAME": str(self.path),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A record on a PostgreSQL server. Shown without its password."""

    parameters: dict[str, Any] = field(repr=False)
    """Those of libpq, `dbname` among them."""

    in_folder: ClassVar[bool] = False

    def __str__(self) -> str:
        user, host, port = (self.parameters.get(name) for name in ("user", "host", "port"))
        where = f"{user}@" if user else ""
        return f"postgresql://{where}{host or ''}{f':{port}' if port else ''}/{self.parameters['dbname']}"

    @property
    def conninfo(self) -> str:
        """For libpq, with the password: never shown."""
        return make_conninfo(**self.parameters)

    @property
    def database(self) -> dict[str, Any]:
        """Django's entry of it."""
        options = {name: value for name, value in self.parameters.items() if name != "dbname"}
        return {
            "ENGINE": "doseloop.store.plain_postgresql",
            "NAME": self.parameters["dbname"],
            "OPTIONS": options,
        }


Address = SqliteFile | PostgresDatabase


def address_of(url: str, data: Path) -> Address:
    """The record that the setting `record` names; the file in the data folder where it is empty.

    Errors: `SetupError` where it is no URL of a PostgreSQL database; nothing of it is repeated, it may hold a password.
    """
    if not url:
        return SqliteFile(data / "record.sqlite3")
    try:
        given = conninfo_to_dict(url) if url.startswith(_SCHEMES) else {}
    except ProgrammingError:
        given = {}
    if not given.get("dbname") or not _PORTS.fullmatch(str(given.get("port") or "")):
        raise SetupError(f"The setting `record` is not the URL of a PostgreSQL database such as {_EXAMPLE}.")
    options = f"{given.pop('options', '')} {_SESSION}".strip()
    return PostgresDatabase({**_LIMITS, **given, "options": options})
