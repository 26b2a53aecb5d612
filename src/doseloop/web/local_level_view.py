"""What a local level is to be set for, as it stands in the address of the page."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from doseloop.assess.level_matching import bands_of
from doseloop.assess.level_settings import Settings
from doseloop.assess.level_words import group_said
from doseloop.facts.windows import Window
from doseloop.model.errors import UnusableInput
from doseloop.model.local_level import LocalGroup
from doseloop.model.patient_group import PatientGroup
from doseloop.model.quantities import QUANTITIES
from doseloop.model.reference_level import LevelSet, Per
from doseloop.reference.procedures import catalogue, level_modality
from doseloop.web.patient_group_fields import OWN, group_of, group_of_key, key_of

DAYS: Final = 365
PER: Final[Mapping[str, str]] = {"examination": "an examination", "acquisition": "an acquisition"}
PHANTOMS: Final = ("16", "32")
_QUANTITIES: Final = {
    "CT": ("dlp_mgy_cm", "ctdi_vol_mgy", "ssde_mgy", "effective_dose_estimate_msv"),
    "MG": ("agd_mgy",),
    "NM": ("activity_mbq", "effective_dose_estimate_msv"),
    "PT": ("activity_mbq", "effective_dose_estimate_msv"),
}
_OTHERS: Final = (
    *("dap_gy_cm2", "ka_r_mgy", "fluoro_time_s"),
    *("effective_dose_estimate_msv", "dap_corrected_gy_cm2", "ka_r_corrected_mgy"),
)
_PER_ACQUISITION: Final = ("ctdi_vol_mgy", "ssde_mgy", "agd_mgy")
_NEVER_ADDED: Final = ("ssde_mgy",)
"""What acquisitions have and no examination."""
_LONGEST: Final = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class LocalView:
    """What is looked at."""

    of: LocalGroup
    window: Window

    @property
    def last_day(self) -> date:
        """Last day of the period."""
        return self.window.end - timedelta(days=1)


def quantities_of(procedure: str) -> tuple[str, ...]:
    """The quantities that a local level of the procedure may be of. Errors: `KeyError`."""
    return _QUANTITIES.get(level_modality(procedure), _OTHERS)


def groups_of(
    asked: str, procedure: str, quantity: str, sets: tuple[LevelSet, ...], settings: Settings
) -> dict[str, str]:
    """The groups of patients to choose from, words by key: adults of standard size, the bands of the sets, the one that is asked
    for, and one's own."""
    low, high = settings.standard_weight_kg
    standard = key_of(PatientGroup("adult"))
    bands = (replace(one, size=None) for one in bands_of(procedure, quantity, sets) if one.sex is None)
    listed = [one for one in bands if one.category != "phantom"]
    with suppress(UnusableInput):
        listed.append(group_of_key(asked))
    others = {key_of(one): _capital(group_said(one)) for one in listed}
    first = {standard: f"Adults of standard size ({low:g} to {high:g} kg)"}
    return {**first, **(others | first), OWN: "Ages and weights of your own"}


def phantom_of(procedure: str, quantity: str, sets: tuple[LevelSet, ...]) -> str:
    """The CTDI phantom that the sets' levels of the procedure are for; empty where they name none or several."""
    rows = (level for one in sets for level in one.levels if (level.procedure, level.quantity) == (procedure, quantity))
    known = {level.phantom_cm for level in rows if level.phantom_cm}
    return str(known.pop()) if len(known) == 1 else ""


def address_of(view: LocalView, site: int) -> dict[str, str]:
    """The fields of an address that names the same."""
    return {
        "site": str(site), "procedure": view.of.procedure, "quantity": view.of.quantity, "per": view.of.per,
        "phantom": str(view.of.phantom_cm or ""), "group": key_of(view.of.group), "since": view.window.start.isoformat(),
        "until": view.last_day.isoformat(),
    }  # fmt: skip


def group_of_address(of: LocalGroup, site: int) -> dict[str, str]:
    """The fields of an address for the same group, in the period that ends today."""
    return {
        "site": str(site), "procedure": of.procedure, "quantity": of.quantity, "per": of.per,
        "phantom": str(of.phantom_cm or ""), "group": key_of(of.group),
    }  # fmt: skip


def with_defaults(given: Mapping[str, str], sets: tuple[LevelSet, ...], today: date) -> dict[str, str]:
    """The fields with what is taken where nothing is chosen. Errors: `UnusableInput` for an unknown procedure."""
    procedure = given.get("procedure", "")
    if procedure not in catalogue().procedures:
        raise UnusableInput(f"There is no procedure {procedure[:60]!r}.")
    quantity = given.get("quantity") or quantities_of(procedure)[0]
    return {
        "quantity": quantity, "per": "acquisition" if quantity in _PER_ACQUISITION else "examination",
        "group": key_of(PatientGroup("adult")), "phantom": phantom_of(procedure, quantity, sets),
        "since": (today - timedelta(days=DAYS - 1)).isoformat(), "until": today.isoformat(), "category": "adult",
        **{name: text for name, text in given.items() if text},
    }  # fmt: skip


def view_of(fields: Mapping[str, str]) -> LocalView:
    """What the fields of `with_defaults` name. Errors: `UnusableInput`, naming the field."""
    procedure, quantity, per = fields["procedure"], fields["quantity"], fields["per"]
    if quantity not in quantities_of(procedure):
        raise UnusableInput(f"A local level of {catalogue().name_of(procedure)} cannot be of {quantity[:40]!r}.")
    if per not in PER:
        raise UnusableInput("A value is of an examination or of an acquisition.")
    if quantity in _NEVER_ADDED and per != "acquisition":
        raise UnusableInput(f"{QUANTITIES[quantity].symbol} is of an acquisition; no examination adds it up.")
    per_what: Per = "acquisition" if per == "acquisition" else "examination"
    return LocalView(
        LocalGroup(procedure, quantity, group_of(fields), per_what, _phantom(quantity, fields["phantom"])),
        _window(fields),
    )


def _phantom(quantity: str, text: str) -> int | None:
    if not QUANTITIES[quantity].needs_phantom:
        return None
    if text not in PHANTOMS:
        raise UnusableInput("Choose the CTDI phantom, 16 or 32 cm: values of different phantoms are never mixed.")
    return int(text)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _window(fields: Mapping[str, str]) -> Window:
    first, last = (_day(fields[name]) for name in ("since", "until"))
    if last < first:
        raise UnusableInput("The period ends before it begins.")
    if last - first > _LONGEST:
        raise UnusableInput("The period is longer than ten years.")
    return Window(first, last + timedelta(days=1))


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnusableInput(f"{text[:20]!r} is no day; write it as 2026-11-27.") from None
    if not date(1990, 1, 1) <= day <= date(2100, 1, 1):
        raise UnusableInput(f"{text[:20]!r} is no day of this record; it lies before 1990 or after 2100.")
    return day
