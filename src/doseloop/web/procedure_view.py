"""What one looks at on a procedure's page: quantity, ages and period, as they stand in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from doseloop.facts.quantities import ADULT, Quantity, default_quantity
from doseloop.facts.windows import Grain, Window
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.web.recent import EVERYTHING

PERIODS = {90: "90 days", 365: "1 year", 1095: "3 years", EVERYTHING: "All"}
_OF_MODALITY = {
    "CT": (Quantity.DLP, Quantity.CTDI_VOL, Quantity.SSDE, Quantity.EFFECTIVE_DOSE),
    "MG": (Quantity.DAP, Quantity.KA_R, Quantity.FLUORO_TIME),
    "other": (
        *(Quantity.DAP, Quantity.KA_R, Quantity.FLUORO_TIME),
        *(Quantity.EFFECTIVE_DOSE, Quantity.DAP_CORRECTED, Quantity.KA_R_CORRECTED),
    ),
}
BANDS = {**{band.key: band.name.capitalize() for band in AGE_BANDS}, "all": "All ages"}


@dataclass(frozen=True, slots=True)
class ProcedureView:
    """The view of one procedure."""

    quantity: Quantity
    age_band: str
    """Key of a band, or `all`."""
    days: int
    last: date

    @property
    def band(self) -> str | None:
        """The band for figures: None is all ages."""
        return None if self.age_band == "all" else self.age_band

    @property
    def window(self) -> Window:
        """The days that are looked at, to today."""
        return Window.of_days_until(self.last, self.days)

    @property
    def grain(self) -> Grain:
        """Weeks in a short period, months in a long one."""
        return Grain.WEEK if self.days <= 120 else Grain.MONTH

    def unit(self, units: Mapping[str, str]) -> str:
        """The display unit of the quantity."""
        own = QUANTITIES[self.quantity]
        chosen = units.get(self.quantity, own.unit)
        return chosen if chosen in {unit.label for unit in own.units} else own.unit


def quantities_of(modality: str) -> tuple[Quantity, ...]:
    """The quantities that procedures of the modality are looked at by."""
    return _OF_MODALITY.get(modality, _OF_MODALITY["other"])


def view_of(given: Mapping[str, str], modality: str, today: date) -> ProcedureView:
    """The view of an address. Errors: `UnusableInput`, naming the field."""
    quantity = given.get("quantity") or default_quantity(modality)
    if quantity not in set(quantities_of(modality)):
        raise UnusableInput(f"A {modality} procedure has no quantity “{quantity}”.")
    band = given.get("age_band") or ADULT
    if band not in BANDS:
        raise UnusableInput(f"There is no age band “{band}”.")
    days = given.get("days") or "365"
    if days not in {str(known) for known in PERIODS}:
        raise UnusableInput(f"The period is one of {', '.join(map(str, PERIODS))} days.")
    return ProcedureView(Quantity(quantity), band, int(days), today)
