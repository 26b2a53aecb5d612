"""Who was turned away, counted in memory and written to the record by a thread of its own, which also learns from the record
whom a person has admitted meanwhile. So no peer waits for the record, and none fills it by trying."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import structlog

from doseloop.receive.peers import Peers

Refused = tuple[str, str, str]
"""AE title (empty where none was told), host, reason."""
_MOST_KEPT = 256
"""Different refusals between two writings; of more than that only the host is kept."""
_EVERY_S = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Record:
    """What the book does with the record of the installation. Any of it may fail, and is tried again."""

    note_refusals: Callable[[Mapping[Refused, int]], None]
    admitted_peers: Callable[[], Collection[tuple[str, str]]]
    after_each: Callable[[], None]
    """Called when a thread is done with the record for now."""


@dataclass(slots=True)
class RefusalBook:
    """One for all ports of a receiver."""

    record: Record
    peers: Peers
    _counts: Counter[Refused] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Learn the peers, then keep up with the record until `close`."""
        self.keep_up()
        threading.Thread(target=self._run, name="refusals", daemon=True).start()

    def close(self) -> None:
        """Write what is left."""
        self._over.set()
        self.keep_up()

    def note(self, ae: str, host: str, reason: str) -> None:
        """Count one refusal. Returns at once."""
        _log.warning("peer refused", ae=ae, host=host, reason=reason)
        with self._lock:
            crowded = len(self._counts) >= _MOST_KEPT and (ae, host, reason) not in self._counts
            self._counts[("", host, reason) if crowded else (ae, host, reason)] += 1
            while len(self._counts) > 2 * _MOST_KEPT:
                self._counts.popitem()

    def keep_up(self) -> None:
        """Write the counts and learn the peers anew; what could not be written is kept for the next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        try:
            if counts:
                self.record.note_refusals(counts)
                counts = Counter()
            self.peers.admitted = self.record.admitted_peers()
        except Exception:  # noqa: BLE001 (the rim: receiving goes on without the record's page of peers)
            _log.exception("the record did not take refusals, or did not give the peers")
            with self._lock:
                self._counts.update(counts)
        finally:
            self.record.after_each()

    def _run(self) -> None:
        while not self._over.wait(_EVERY_S):
            self.keep_up()
