"""`doseloop doctor`: what is wrong with an installation, and how to mend it. One file a subject, one function a fault.

A check is a function of a `Place` that yields a sentence for each fault of its kind; the decorator `check` (`check.py`) gives
it its code, what to do, and where that is safe what mends it. `CHECKS` has every one, in the order in which they are made;
docs/doctor.md documents each.
"""

from doseloop.roles.doctor import folder, keys, settings
from doseloop.roles.doctor.check import Check

BEFORE = (*folder.CHECKS, *keys.CHECKS, *settings.CHECKS)
"""Made before the record is opened: opening it would make what is missing, or fail."""
__all__ = ["BEFORE", "Check", "every_check", "within"]


def within() -> tuple[Check, ...]:
    """Checks of the record and of what it knows; they need Django."""
    from doseloop.roles.doctor import accounts, facts, network, notifications, objects, record, software

    modules = (record, objects, facts, network, notifications, accounts, software)
    return tuple(one for module in modules for one in module.CHECKS)


def every_check() -> tuple[Check, ...]:
    """All of them."""
    return (*BEFORE, *within())
