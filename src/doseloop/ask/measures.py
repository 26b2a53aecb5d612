"""The quantities of plans: which column holds each, what one value is of, and where it exists."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from doseloop.model.quantities import BY_PLAN_NAME, Quantity

Level = Literal["acquisition", "part", "exam"]
"""What one row is: a main acquisition (an exposure of one view, an administration), a procedure within an exam, or a whole exam."""

PROJECTION: Final = frozenset(("XA", "RF", "DX", "PX"))
_ANGIOGRAPHY: Final = frozenset(("XA", "RF"))
_TRACER: Final = frozenset(("NM", "PT"))
_FAMILIES: Final = {"XA": _ANGIOGRAPHY}


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity of plans."""

    name: str
    """As plans call it."""
    column: str
    """Of the facts, and its key among `model.quantities`."""
    modalities: frozenset[str]
    """Where it exists; empty: everywhere."""
    per_acquisition: bool = False
    """Whether values are of acquisitions; others are of procedures within an exam, or of whole exams."""
    everywhere: bool = False
    """Whether every kind of row has the column."""
    own_per_plan: float = 1.0
    """How many of the quantity's own unit make one of the plan's."""

    @property
    def quantity(self) -> Quantity:
        """Name, symbol and units."""
        return BY_PLAN_NAME[self.name]

    @property
    def needs_phantom(self) -> bool:
        """Whether values of different CTDI phantoms are never pooled."""
        return self.quantity.needs_phantom

    def level(self, whole: Level) -> Level:
        """What its values are of, where totals are of `whole`."""
        return "acquisition" if self.per_acquisition else whole


_CT = frozenset(("CT",))
_EXPOSED = PROJECTION | _CT | {"MG"}
MEASURES: Final = MappingProxyType(
    {
        one.name: one
        for one in (
            Measure("ctdivol", "ctdi_vol_mgy", _CT, per_acquisition=True),
            Measure("ssde", "ssde_mgy", _CT, per_acquisition=True),
            Measure("dlp", "dlp_mgy_cm", _CT),
            Measure("effective_dose", "effective_dose_estimate_msv", _CT | PROJECTION | _TRACER),
            Measure("kap", "dap_gy_cm2", PROJECTION),
            Measure("kar", "ka_r_mgy", _ANGIOGRAPHY),
            Measure("fluoro_time", "fluoro_time_s", _ANGIOGRAPHY, own_per_plan=60.0),
            Measure("agd", "agd_mgy", frozenset(("MG",)), per_acquisition=True),
            Measure("cbt", "compression_thickness_mm", frozenset(("MG",)), per_acquisition=True),
            Measure("kvp", "kvp", _EXPOSED, per_acquisition=True),
            Measure("mas", "exposure_mas", _EXPOSED, per_acquisition=True),
            Measure("ei", "exposure_index", frozenset(("DX", "MG")), per_acquisition=True),
            Measure("di", "deviation_index", frozenset(("DX", "MG")), per_acquisition=True),
            Measure("administered_activity", "activity_mbq", _TRACER),
            Measure("weight_kg", "weight_kg", frozenset(), everywhere=True),
        )
    }
)
"""Peak skin dose is not among them: no estimate of it stands in the record."""

USUAL: Final = MappingProxyType(
    {
        "CT": ("ctdivol", "dlp"),
        "XA": ("kap", "kar", "fluoro_time"),
        "RF": ("kap", "kar", "fluoro_time"),
        "DX": ("kap",),
        "PX": ("kap",),
        "MG": ("agd",),
        "NM": ("administered_activity",),
        "PT": ("administered_activity",),
    }
)
"""What stands for the dose of a modality where a question names no quantity."""


def family(modalities: frozenset[str]) -> frozenset[str]:
    """With those that share names: rooms for angiography report as XA and as RF."""
    return modalities.union(*(_FAMILIES.get(one, frozenset()) for one in modalities))
