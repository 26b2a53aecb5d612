"""Objects: rows and bytes belong together."""

import hashlib
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone

from doseloop.model.dose_object import IMAGE_KINDS
from doseloop.model.errors import DoseloopError
from doseloop.roles.doctor.check import Check, Place, check
from doseloop.roles.inbox import inbox_of
from doseloop.store.inbox import Inbox, Origin
from doseloop.store.models import DoseObjectRow
from doseloop.store.vault import Vault

CHECKS: list[Check] = []
_State = DoseObjectRow.State
_KEPT = (_State.READ, _State.PARTLY_READ, _State.QUARANTINED)
_ARRIVING_S = 60.0
_LEASE_OVER = timedelta(minutes=2)
_FOUND = Origin("doctor")
_AGAIN = "Have the sender send it again, or take the bytes from a backup."


def _vault(place: Place) -> Vault:
    return Vault(place.folder.objects, place.folder.ring("objects"))


def _inbox(place: Place) -> Inbox:
    return inbox_of(place.settings, place.folder)


def _rows(*states: str) -> dict[str, str]:
    rows = DoseObjectRow.objects.filter(state__in=states).exclude(standing=DoseObjectRow.Standing.SLICE)
    return dict(rows.values_list("sha256", "reason_code"))


def _opened(place: Place) -> dict[str, bytes | None]:
    """SHA-256 of what kept objects hold, None where a file cannot be opened."""
    vault, names = _vault(place), list(_vault(place).names())
    if place.most_objects is not None and len(names) > place.most_objects:
        names = random.SystemRandom().sample(names, place.most_objects)
    found: dict[str, bytes | None] = {}
    for name in names:
        try:
            found[name] = hashlib.sha256(vault.read(name)).digest()
        except DoseloopError:
            found[name] = None
    return found


@check(
    CHECKS, "key-wrong", "Put the key back from the file that `doseloop backup --keys` wrote after the last rotation."
)
def key_wrong(place: Place) -> Iterator[str]:
    """The key is not the one that the objects were sealed with."""
    opened = _opened(place)
    if opened and not any(opened.values()):
        yield f"None of {len(opened)} kept objects can be opened by the key."


@check(CHECKS, "object-changed", f"The disk has changed it: look after the disk. {_AGAIN}")
def object_changed(place: Place) -> Iterator[str]:
    """A kept object is not what was written. One without identity, and the header kept of an image, differ on purpose."""
    opened = _opened(place)
    images = set(DoseObjectRow.objects.filter(kind__in=IMAGE_KINDS).values_list("sha256", flat=True))
    if not any(opened.values()):
        return
    for name, digest in opened.items():
        if digest is None:
            yield f"The kept file of object {name} was changed or cut."
        elif digest.hex() != name and name not in images and not place.settings.pseudonymous:
            yield f"The kept file of object {name} holds another object."


@check(CHECKS, "object-lost", _AGAIN)
def object_lost(place: Place) -> Iterator[str]:
    """A row says that its bytes are kept, and they are not."""
    names = set(_vault(place).names())
    for sha256 in sorted(_rows(*_KEPT).keys() - names):
        yield f"The bytes of object {sha256} are not kept."


def _without_row(place: Place) -> list[str]:
    waiting_or_kept = _rows(*_KEPT, _State.WAITING).keys()
    not_read_yet = {sha256 for sha256, reason in _rows(_State.NOT_DOSE).items() if reason == "not-read-yet"}
    return sorted(set(_vault(place).names()) - waiting_or_kept - not_read_yet)


def _take_in_again(place: Place) -> None:
    """Objects that no row knows are read anew; of those without dose nothing stays."""
    vault, inbox, without_dose = _vault(place), _inbox(place), _rows(_State.NOT_DOSE)
    for sha256 in _without_row(place):
        if sha256 in without_dose:
            vault.destroy(sha256)
            continue
        content = vault.read(sha256)
        if hashlib.sha256(content).hexdigest() == sha256:
            inbox.put(BytesIO(content), _FOUND)


@check(
    CHECKS, "object-stray", "--mend has it read anew, or removes it where it carries no dose.", mender=_take_in_again
)  # fmt: skip
def object_stray(place: Place) -> Iterator[str]:
    """Bytes are kept that no row knows."""
    for sha256 in _without_row(place):
        yield f"Object {sha256} is kept, and the record does not know it."


@check(CHECKS, "spool-lost", _AGAIN)
def spool_lost(place: Place) -> Iterator[str]:
    """An object waits, and its bytes are gone."""
    inbox = _inbox(place)
    for sha256 in sorted(_rows(_State.WAITING)):
        if (
            not inbox.path(sha256).exists()
            and DoseObjectRow.objects.filter(sha256=sha256, state=_State.WAITING).exists()
        ):
            yield f"Object {sha256} waits to be read, and its bytes are not in the spool."


def _strays(place: Place) -> list[Path]:
    waiting = _rows(_State.WAITING)
    before = time.time() - _ARRIVING_S
    files = (path for path in place.folder.spool.iterdir() if path.is_file())
    return [path for path in files if path.name not in waiting and path.stat().st_mtime < before]


def _take_in(place: Place) -> None:
    inbox = _inbox(place)
    inbox.drop_processed()
    for path in _strays(place):
        with path.open("rb") as file:
            receipt = inbox.put(file, _FOUND)
        if path.name != receipt.sha256:
            path.unlink()


@check(CHECKS, "spool-stray", "--mend takes it in; the next start of `doseloop serve` removes it.", mender=_take_in)
def spool_stray(place: Place) -> Iterator[str]:
    """A file in the spool that no waiting object has: it was never acknowledged, or is processed."""
    for path in _strays(place):
        yield f"{path} belongs to no object that waits."


def _give_back(place: Place) -> None:
    _stale().update(claimed_by="", claimed_until=None)


def _stale() -> "QuerySet[DoseObjectRow]":
    over = timezone.now() - _LEASE_OVER
    return DoseObjectRow.objects.filter(state=_State.WAITING, claimed_until__lt=over).exclude(claimed_by="")


@check(
    CHECKS, "claim-stale", "Start a worker (`doseloop serve`), which takes them; --mend frees them.", mender=_give_back
)
def claim_stale(place: Place) -> Iterator[str]:
    """A worker took objects and neither finished nor gave them back."""
    for name in sorted(set(_stale().values_list("claimed_by", flat=True))):
        count = _stale().filter(claimed_by=name).count()
        yield f"{count} objects are held by {name}, whose time for them is over."


@check(
    CHECKS, "quarantined", "See why on the page of today; `doseloop reprocess --state quarantined` reads them again."
)
def quarantined(place: Place) -> Iterator[str]:
    """Objects wait for a person."""
    count = DoseObjectRow.objects.filter(state=_State.QUARANTINED).count()
    if count:
        yield f"{count} objects could not be read and wait for somebody to decide."
