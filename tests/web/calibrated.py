"""Factors of an angiography system: one that ended, and those that hold."""

from datetime import date, timedelta

from doseloop.access.scope import SYSTEM
from doseloop.model.calibration import CalibratedQuantity
from doseloop.store import calibrations
from doseloop.store.audit import Actor
from doseloop.store.calibration_wanted import WantedCalibration
from doseloop.store.calibrations import CALIBRATIONS
from doseloop.store.models import Decision, Scanner

_FACTORS: tuple[tuple[CalibratedQuantity, float, int, float | None], ...] = (
    ("dap_gy_cm2", 0.86, 390, None),
    ("dap_gy_cm2", 0.92, 25, 5.0),
    ("ka_r_mgy", 1.04, 25, 5.0),
)


def give_calibration() -> None:
    """Enter them; the worker has followed."""
    scanner, today = Scanner.objects.get(name="Angio 1").pk, date.today()
    for quantity, factor, days, percent in _FACTORS:
        since = (today - timedelta(days=days)).isoformat()
        report = f"Constancy test {since[:4]}, section 4"
        wanted = WantedCalibration(scanner, quantity, "single", factor, since, "", percent, "L. Moreau", report)
        calibrations.put_into_force(SYSTEM, wanted, Actor(None, "l.moreau"))
    Decision.objects.filter(kind=CALIBRATIONS.name).update(followed=True)
