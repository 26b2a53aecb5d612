"""Whether a record holds identity or pseudonyms: never both, so the setting cannot change under patients."""

from django.db import transaction
from django.utils import timezone

from doseloop.model.errors import SetupError
from doseloop.model.pseudonym import ISSUER
from doseloop.store.models import Identity, RecordMode


def hold(*, pseudonymous: bool) -> None:
    """Hold the record to the setting. A record without patients takes it on.

    Errors: `SetupError` where the record holds patients of the other mode.
    """
    with transaction.atomic():
        held = _held()
        if held is not None and held != pseudonymous:
            raise SetupError(_REFUSALS[pseudonymous])
        if is_pseudonymous() != pseudonymous:
            RecordMode.objects.update_or_create(pk=1, defaults={"pseudonymous": pseudonymous, "since": timezone.now()})


def is_pseudonymous() -> bool | None:
    """What the record was held to last, None where it never was."""
    return RecordMode.objects.filter(pk=1).values_list("pseudonymous", flat=True).first()


def has_patients() -> bool:
    """Whether the record knows any patient."""
    return Identity.objects.exists()


def _held() -> bool | None:
    """What the record's patients are, None where there are none. A record older than this table is known by their issuer."""
    first = Identity.objects.order_by("pk").first()
    if first is None:
        return None
    known = is_pseudonymous()
    return first.issuer.startswith(ISSUER) if known is None else known


_REFUSALS = {
    True: "The record holds identified patients, and the setting `pseudonymous` is on. Turn it off, or begin a new data "
    "folder (`data`) and send the objects again; then destroy the old folder and its backups.",
    False: "The record holds pseudonymous patients, and the setting `pseudonymous` is off. Turn it on, or begin a new data "
    "folder (`data`) for identified patients.",
}
