"""Whether the audit is what was sealed: the first row or seal that does not fit."""

import hmac
from collections import deque
from dataclasses import dataclass

from django.db import connection

from doseloop.store.append_only import is_protected
from doseloop.store.audit_chain import AuditChain, Fault, Head, Seal, marked, newest_number, seals
from doseloop.store.audit_rows import marks
from doseloop.store.models import AuditRow


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and the first thing that does not fit; `fault` is None where everything does."""

    seals: int
    rows: int
    unsealed: int
    """Rows that no seal covers yet: only the database's own refusal protects them."""
    head: Head | None
    """Of the last seal that fits."""
    fault: Fault | None


def verify(chain: AuditChain, outside: Head | None = None, latest: int | None = None) -> Verified:
    """Go along the chain, whole or only its `latest` seals; `outside` is a head that somebody kept elsewhere."""
    run = _Run(chain, [head for head in (outside, chain.kept_head()) if head])
    fault = run.along(_start(latest))
    if fault is None and not is_protected(connection):
        said = "The database no longer refuses to change or remove rows: its triggers are gone."
        fault = Fault("not append-only", "the tables of the audit", said)
    unsealed = AuditRow.objects.filter(pk__gt=run.last_row or 0).count()
    head = Head(run.number, run.digest) if run.number else None
    return Verified(run.seals, run.rows, unsealed, head, fault)


@dataclass(slots=True)
class _Run:
    """How far along the chain one is."""

    chain: AuditChain
    known: list[Head]
    number: int = 0
    digest: str = ""
    last_row: int | None = None
    seals: int = 0
    rows: int = 0

    def along(self, start: Seal | None) -> Fault | None:
        """The first fault after a seal that is taken for granted, or after the beginning."""
        if start is not None:
            self.number, self.digest, self.last_row = int(start.number), start.digest, int(start.last_row)
        for seal in seals(self.number if start else None):
            fault = self._seal(seal) or self._rows(seal)
            if fault is not None:
                return fault
            self.number, self.digest, self.last_row = int(seal.number), seal.digest, int(seal.last_row)
            self.seals += 1
        return self._tail()

    def _seal(self, seal: Seal) -> Fault | None:
        expected = self.number + 1
        if seal.number != str(expected):
            said = f"Seal {expected} is gone: {seal.number} comes in its place."
            return Fault("seal removed", f"seal {expected}", said)
        digest = seal.digest_after(self.digest)
        if not (hmac.compare_digest(seal.digest.encode(), digest.encode()) and self._is_ours(seal)):
            said = f"Seal {seal.number} of {seal.at[:19]} was changed, or made with another key."
            return Fault("seal changed", f"seal {seal.number}", said)
        if any(head.number == expected and head.digest != digest for head in self.known):
            said = f"Seal {seal.number} is not the one that was kept outside the database: the chain was made anew."
            return Fault("seal changed", f"seal {seal.number}", said)
        return None

    def _is_ours(self, seal: Seal) -> bool:
        return hmac.compare_digest(seal.mac.encode(), self.chain.mac(seal.digest).encode())

    def _rows(self, seal: Seal) -> Fault | None:
        sealed = deque(marked(seal.marks))
        for key, digest in marks(self.last_row, int(seal.last_row)):
            if not sealed or key < sealed[0][0]:
                return Fault("row inserted", f"row {key}", f"Row {key} was not there when seal {seal.number} was made.")
            expected, held = sealed.popleft()
            if expected < key:
                return _removed(expected, seal)
            if held != digest:
                return Fault("row changed", f"row {key}", f"Row {key} is not what seal {seal.number} was made over.")
            self.rows += 1
        return _removed(sealed[0][0], seal) if sealed else None

    def _tail(self) -> Fault | None:
        beyond = max((head.number for head in self.known), default=0)
        if beyond <= self.number:
            return None
        said = f"The chain ends with seal {self.number}; seal {beyond} is known outside the database."
        return Fault("tail cut off", f"seal {self.number + 1}", said)


def _removed(key: int, seal: Seal) -> Fault:
    return Fault("row removed", f"row {key}", f"Row {key}, which seal {seal.number} was made over, is gone.")


def _start(latest: int | None) -> Seal | None:
    if latest is None:
        return None
    first = newest_number() - latest
    return next(seals(first - 1), None) if first > 0 else None
