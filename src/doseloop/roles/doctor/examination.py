"""The checks are made, one after the other, and what can be mended safely is, where that is wanted."""

from collections.abc import Iterator

from doseloop.roles.doctor import BEFORE, every_check, within
from doseloop.roles.doctor.check import Check, Fault, Place
from doseloop.roles.record import use_data


def examine(place: Place, *, mend: bool = False) -> Iterator[Fault]:
    """What is wrong, in the order of the checks; ends with the first fault behind which nothing can be looked at."""
    stopped = False
    for one in BEFORE:  # all of them: everything about folder, keys and settings is told at once
        for fault in _made(one, place, mend=mend):
            stopped = stopped or _stops(one, fault)
            yield fault
    if stopped:
        return
    _open(place)
    for one in within():
        faults = _made(one, place, mend=mend)
        yield from faults
        if any(_stops(one, fault) for fault in faults):
            return


def left_out(place: Place) -> list[str]:
    """Codes of the checks that do not apply, since the record is of another engine."""
    return [one.code for one in every_check() if not one.applies_to(place)]


def _stops(one: Check, fault: Fault) -> bool:
    return one.blocks and not fault.mended


def _open(place: Place) -> None:
    """Django over the record, without bringing the record up to date."""
    import django
    from django.apps import apps

    if not apps.ready:
        use_data(place.root)
        django.setup()


def _made(one: Check, place: Place, *, mend: bool) -> list[Fault]:
    found = list(one.find(place)) if one.applies_to(place) else []
    if not (found and mend and one.mender):
        return [Fault(one.code, what, one.mend) for what in found]
    one.mender(place)
    left = set(one.find(place))
    return [Fault(one.code, what, one.mend, mended=what not in left) for what in found]
