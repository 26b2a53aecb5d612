"""Reference levels (DRLs) as an authority set them."""

from dataclasses import dataclass
from typing import Literal

from doseloop.model.patient_group import PatientGroup

Verification = Literal["primary", "primary_mirror", "abstract", "secondary_quoted", "secondary"]
Scope = Literal["per sequence", "complete examination"]
Status = Literal["current", "superseded"]


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """One value of a set: the level for the median of a group of patients, never for one exam (ICRP 135)."""

    id: str
    set_id: str
    procedure: str | None
    """Key of our catalogue; None where the catalogue has nothing that is exactly this."""
    as_written: str
    """The procedure as the source calls it, in English."""
    indication: str | None
    technique: str | None
    """What narrows the row beside the indication (single phase, prospective), None where nothing does."""
    group: PatientGroup
    quantity: str
    """Key of `quantities`; the value is in its own unit."""
    value: float
    statistic: str
    phantom_cm: int | None
    """CTDI phantom, 16 or 32; None where the source does not say and convention does not settle it, or not CT."""
    phantom_basis: str | None
    """How the phantom is known."""
    scope: Scope | None
    """None where the source as read does not say."""
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class LevelSet:
    """A set of levels, shown with each of its values."""

    id: str
    country: str
    """ISO 3166-1 alpha-2."""
    authority: str
    year: int
    title: str
    url: str
    seen_at: str
    status: Status
    verification: Verification
    statistic: str
    levels: tuple[ReferenceLevel, ...]

    @property
    def is_verified(self) -> bool:
        """Whether the values were read in the authority's own text (or a mirror of the whole of it)."""
        return self.verification in ("primary", "primary_mirror")
