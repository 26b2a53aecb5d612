"""Another try for objects that were set apart."""

from io import BytesIO

from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow
from doseloop.store.vault import Vault

RETRIED = Origin("retry")


def put_back(inbox: Inbox, vault: Vault) -> int:
    """Put every quarantined object whose bytes are kept back into the inbox. Returns how many."""
    rows = DoseObjectRow.objects.filter(state=DoseObjectRow.State.QUARANTINED)
    kept = [sha256 for sha256 in rows.values_list("sha256", flat=True) if vault.holds(sha256)]
    for sha256 in kept:
        inbox.put(BytesIO(vault.read(sha256)), RETRIED)
    return len(kept)
