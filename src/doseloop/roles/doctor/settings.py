"""The settings."""

from collections.abc import Iterator

from doseloop.roles.doctor.check import Check, Place, check
from doseloop.roles.settings import Settings

CHECKS: list[Check] = []


@check(CHECKS, "settings-unusable", "Change what the message names; docs/operating.md has every setting.", blocks=True)
def settings_unusable(place: Place) -> Iterator[str]:
    """Nothing starts with them."""
    if place.options is None:
        yield place.unusable


def _close(place: Place) -> None:
    (place.root / Settings.FILE).chmod(0o600)


@check(CHECKS, "settings-exposed", "`chmod 600` it: settings may hold passwords.", mender=_close)
def settings_exposed(place: Place) -> Iterator[str]:
    """Others may read the settings' file."""
    path = place.root / Settings.FILE
    if path.exists() and path.stat().st_mode & 0o077:
        yield f"{path} can be read by other users of this machine."
