"""The chain of seals over the audit: made each minute, so that a row or seal that is changed later shows.

A seal holds the SHA-256 of each of its rows and is itself hashed together with the hash of the seal before it; the HMAC with
a key of the data folder keeps somebody who has the database alone from making a chain of his own. The number and hash of the
last seal, the head, stand in a file of the data folder, in the log and wherever else somebody keeps them: a chain that was cut
off or made anew does not fit them. `docs/audit.md` says what that finds and what it cannot.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from doseloop.model.errors import UnusableInput
from doseloop.store.audit_rows import marks, stored, text
from doseloop.store.durable import draft
from doseloop.store.models import AuditRow, AuditSeal

_VERSION = "1"
_MOST = 2000
"""Rows of one seal, so that no transaction is long."""
_MARK = 16 + 64
_ENDLESS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of a seal: whoever holds one can tell later whether the chain still leads to it."""

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"

    @classmethod
    def of(cls, words: str) -> "Head":
        """The head that was written as `12:9f86d0…`. Errors: `UnusableInput`."""
        found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", words.strip())
        if found is None:
            raise UnusableInput("A head of the audit is a number, a colon and 64 hexadecimal digits.")
        return cls(int(found.group(1)), found.group(2))


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is stored."""

    number: str
    at: str
    last_row: str
    marks: str
    digest: str
    mac: str

    def digest_after(self, previous: str) -> str:
        """What its hash has to be where the seal before it has the hash `previous`."""
        sealed = [_VERSION, previous, self.number, self.at, self.last_row, self.marks]
        return hashlib.sha256(json.dumps(sealed).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row or seal that does not fit."""

    kind: str
    """`row changed`, `row removed`, `row inserted`, `seal changed`, `seal removed`, `tail cut off` or `not append-only`."""
    subject: str
    """`row 12` or `seal 3`."""
    said: str


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The newest seal, and how many rows none covers yet."""

    head: Head
    at: datetime
    unsealed: int


@dataclass(frozen=True, slots=True)
class AuditChain:
    """The chain of one installation: `key` is the key `audit` of the data folder, `head_file` where the head is kept."""

    key: bytes = field(repr=False)
    head_file: Path

    def seal(self) -> Head | None:
        """Seal every row that no seal covers yet. Returns the head, None where there was nothing to seal."""
        head = None
        while made := self._seal_once():
            head = made
        if head is not None:
            self._keep(head)
        return head

    def last(self) -> LastSeal | None:
        """The newest seal; None where there is none."""
        seal = _newest()
        if seal is None:
            return None
        unsealed = AuditRow.objects.filter(pk__gt=int(seal.last_row)).count()
        return LastSeal(Head(int(seal.number), seal.digest), datetime.fromisoformat(seal.at), unsealed)

    def kept_head(self) -> Head | None:
        """The head that the data folder knows; None where nothing was sealed, or the file holds none."""
        with suppress(FileNotFoundError, UnusableInput, UnicodeDecodeError):
            return Head.of(self.head_file.read_text())
        return None

    def mac(self, digest: str) -> str:
        """The HMAC of a seal's hash."""
        return hmac.new(self.key, digest.encode(), hashlib.sha256).hexdigest()

    def _seal_once(self) -> Head | None:
        with transaction.atomic():
            _wait_for_writers()
            last = _newest()
            rows = list(marks(int(last.last_row) if last else None, _ENDLESS, _MOST))
            if not rows:
                return None
            number, previous = (int(last.number) + 1, last.digest) if last else (1, "")
            now = datetime.now(UTC).isoformat()
            begun = Seal(str(number), now, str(rows[-1][0]), marks_of(rows), "", "")
            digest = begun.digest_after(previous)
            AuditSeal.objects.create(
                number=number, at=now, last_row=rows[-1][0], marks=begun.marks, digest=digest, mac=self.mac(digest)
            )
        return Head(number, digest)

    def _keep(self, head: Head) -> None:
        """Write the head, whole or not at all; never an older one over a newer."""
        kept = self.kept_head()
        if kept is not None and kept.number > head.number:
            return
        with draft("audit", self.head_file.parent) as arriving:
            arriving.write(f"{head}\n".encode())
            arriving.become(self.head_file)


def marks_of(rows: list[tuple[int, str]]) -> str:
    """The marks of a seal: key and hash of each row, one after the other."""
    return "".join(f"{key & _ENDLESS:016x}{digest}" for key, digest in rows)


def marked(held: str) -> list[tuple[int, str]]:
    """The keys and hashes that the marks of a seal name."""
    pieces = [held[start : start + _MARK] for start in range(0, len(held), _MARK)]
    return [(int(piece[:16], 16), piece[16:]) for piece in pieces]


def seals(since: int | None = None) -> Iterator[Seal]:
    """Seals in the order of their numbers, after the one of that number."""
    columns = ", ".join(stored(name) for name in Seal.__slots__)
    bound, values = ("", []) if since is None else (' WHERE "number" > %s', [since])
    asked = f'SELECT {columns} FROM "store_auditseal"{bound} ORDER BY "number"'  # noqa: S608 (names of ours)
    with connection.chunked_cursor() as cursor:  # many years of seals never lie in memory whole
        cursor.execute(asked, values)
        for row in cursor:
            yield Seal(*map(text, row))


def newest_number() -> int:
    """The number of the newest seal, 0 before the first."""
    return int(AuditSeal.objects.aggregate(newest=Max("number"))["newest"] or 0)


def _newest() -> Seal | None:
    return next(seals(newest_number() - 1), None)


def _wait_for_writers() -> None:
    """Have every row of a lower key be committed or gone. SQLite has one writer: its transaction is that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute('LOCK TABLE "store_auditrow", "store_auditseal" IN SHARE ROW EXCLUSIVE MODE')
