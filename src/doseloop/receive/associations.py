"""The associations that stand, counted in all and per host, over all ports of a receiver."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from pynetdicom.association import Association

from doseloop.receive.dimse_limits import DimseLimits
from doseloop.receive.messages import Messages


@dataclass(frozen=True, slots=True)
class Associations:
    """Those whose threads run. A connection that has not asked for one does not count."""

    limits: DimseLimits
    _standing: dict[Association, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, association: Association, host: str) -> None:
        """Count one from now on, until its threads end."""
        with self._lock:
            self._standing[association] = host

    def obstacle(self, host: str) -> str:
        """Why one more may not stand for this host, empty where it may."""
        with self._lock:
            of_host = Counter(self._standing.values())[host]
            if len(self._standing) >= self.limits.associations:
                return f"more than {self.limits.associations} associations at the same time"
        if of_host >= self.limits.associations_per_peer:
            return f"more than {self.limits.associations_per_peer} associations from one host at the same time"
        return ""

    def sweep(self) -> None:
        """Forget those that have ended, and what they left. One whose thread died is ended for it."""
        with self._lock:
            over = [one for one in self._standing if one.ident is not None and not one.is_alive()]
            ended = [one for one in over if not one.dul.is_alive()]
            for one in ended:
                del self._standing[one]
        for one in over:
            one.dul.kill_dul()
        for one in ended:
            _clean_up(one)

    def end_all(self) -> None:
        """End those that stand without a word to their peers, and remove what they left."""
        with self._lock:
            standing = list(self._standing)
        for one in standing:
            one.kill()
        self.sweep()


def _clean_up(association: Association) -> None:
    assert isinstance(association.dimse, Messages)
    association.dimse.drop()
    if association.dul.socket is not None and association.dul.socket.socket is not None:
        association.dul.socket.socket.close()
