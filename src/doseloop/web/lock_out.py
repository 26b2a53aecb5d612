"""Who tries more log-ins than one may: refused by allauth's limits, noted here."""

from django.core.cache import cache
from django.http import HttpRequest

from doseloop.store.audit import Actor, record_change

_NOTED_AGAIN_S = 60


def note_lock_out(request: HttpRequest) -> None:
    """Note it once a minute for each address: a flood of log-ins must not fill the audit."""
    address = request.META.get("REMOTE_ADDR", "")
    if cache.add(f"lock-out-noted-{address}", True, _NOTED_AGAIN_S):
        record_change(Actor(None, "not signed in", address), "locked out", "log-in")
