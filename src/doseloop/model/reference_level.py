"""Reference levels (DRLs) as an authority set them."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from doseloop.model.patient_group import PatientGroup

Verification = Literal["primary", "primary_mirror", "abstract", "secondary_quoted", "secondary", "own"]
Scope = Literal[
    "per sequence",
    "complete examination",
    "per projection",
    "per acquisition",
    "per view",
    "CT part of PET/CT or SPECT/CT",
]
Status = Literal["current", "superseded", "historic", "registry", "study"]
Kind = Literal["DRL", "DRL_proposed", "achievable", "p25"]
Statistic = Literal["p75", "p50", "p25", "VGD", "EDRL"]
"""VGD: the French guide value; EDRL: median of national levels in Europe."""
Contrast = Literal["with", "without"]
Phases = Literal["single", "multiple"]
Per = Literal["acquisition", "examination"]

VERIFIED: Final = frozenset(("primary", "primary_mirror"))
_PER_ACQUISITION: Final = frozenset(("ctdi_vol_mgy", "ssde_mgy", "ka_e_mgy", "ka_i_mgy", "agd_mgy"))
"""What each scan or exposure has and no examination adds up (ICRP 135)."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A value as the source prints it, where that is another unit than ours."""

    value: float
    unit: str
    """Label of a unit of the quantity."""


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """One value of a set: the level for the median of a group of patients, never for one exam (ICRP 135)."""

    id: str
    set_id: str
    procedure: str | None
    """Key of our catalogue; None where the catalogue has nothing that is exactly this."""
    as_written: str
    """The procedure as the source calls it, in English."""
    group: PatientGroup
    quantity: str
    """Key of `quantities`; the value is in its own unit."""
    value: float
    statistic: Statistic = "p75"
    indication: str | None = None
    technique: str | None = None
    """What narrows the row beside the fields below (prospective, transfemoral), None where nothing does."""
    phantom_cm: int | None = None
    """CTDI phantom, 16 or 32; None where the source does not say and convention does not settle it, or not CT."""
    phantom_basis: str | None = None
    """How the phantom is known."""
    scope: Scope | None = None
    """None where the source as read does not say."""
    notes: str | None = None
    modality: str = "CT"
    """As the source sorts it: CT, XA, DX, MG, NM, PT, PX, IO, CBCT."""
    why_unmatched: str | None = None
    """Why the row never matches by itself; None where it may."""
    contrast: Contrast | None = None
    phases: Phases | None = None
    views: tuple[str, ...] = ()
    """Projections that it is for (`pa`, `ap`, `lateral`, `cc`, `mlo`); empty where it names none."""
    kind: Kind = "DRL"
    printed: Printed | None = None
    verification: Verification = "secondary"
    """The row's own where it has one, else the set's."""

    @property
    def is_level(self) -> bool:
        """Whether a median is judged by it; achievable values and 25th percentiles are only shown beside."""
        return self.kind in ("DRL", "DRL_proposed")

    @property
    def per(self) -> Per:
        """What a value of the group is; where the source does not say, what the quantity is by its nature."""
        if self.scope is None or self.scope == "CT part of PET/CT or SPECT/CT":
            return "acquisition" if self.quantity in _PER_ACQUISITION else "examination"
        return "examination" if self.scope == "complete examination" else "acquisition"


@dataclass(frozen=True, slots=True)
class LevelSet:
    """A set of levels, shown with each of its values."""

    id: str
    country: str
    """ISO 3166-1 alpha-2; EU for Europe, INT for no country."""
    authority: str
    year: int
    title: str
    url: str
    """Empty for a site's own set that names no address."""
    seen_at: str
    """Where the values were read."""
    status: Status
    verification: Verification
    statistic: Statistic
    levels: tuple[ReferenceLevel, ...]
    place: str | None = None
    """Table or page of the source."""
    status_note: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    """First day on which it did not hold any more."""
    superseded_by: str | None = None
    """Key of the set that took its place."""
    author: str | None = None
    """Of a site's own set."""

    @property
    def is_verified(self) -> bool:
        """Whether the values were read in the authority's own text (or a mirror of the whole of it)."""
        return self.verification in VERIFIED

    @property
    def is_current(self) -> bool:
        """Whether it is neither superseded nor historic."""
        return self.status in ("current", "registry", "study")


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """The group that rows are looked for; None is what is not known of it."""

    procedure: str
    quantity: str
    per: Per
    patients: PatientGroup
    phantom_cm: int | None = None
    indication: str | None = None
    contrast: Contrast | None = None
    phases: Phases | None = None
    technique: str | None = None
    view: str | None = None
