"""What a site may set about comparisons with reference levels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from doseloop.model.reference_level import ReferenceLevel

PREFERRED: Final[Mapping[str, int]] = MappingProxyType({"CT": 30, "XA": 30, "MG": 50})
"""Values that ICRP Publication 135 prefers over its 20 in CT and fluoroscopy, and for mammography (thickness varies)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How large a group must be, and who is of standard size."""

    min_n: int = 20
    """Patients of a group at least (ICRP Publication 135)."""
    min_n_of: Mapping[str, int] = field(default_factory=dict)
    """Where a modality (CT, XA, DX, MG, NM, PT) needs another number: 30 in CT and fluoroscopy, 50 in mammography."""
    min_n_children: int = 10
    """For children, of whom there are few (ICRP Publication 135)."""
    standard_weight_kg: tuple[float, float] = (50.0, 90.0)
    """Both ends are standard."""
    confidence: float = 0.95
    min_rooms: int = 10
    """Rooms that a local level needs; of fewer there is a typical value (ICRP Publication 135: 10 to 20 rooms)."""

    def least(self, level: ReferenceLevel) -> int:
        """Values that a comparison with the level needs."""
        if level.group.category == "child":
            return self.min_n_children
        return self.min_n_of.get(level.modality, self.min_n)

    def preferred(self, level: ReferenceLevel) -> int:
        """Values below which it is said that more are preferred."""
        return max(self.least(level), 20 if level.group.category == "child" else PREFERRED.get(level.modality, 20))


DEFAULT_SETTINGS: Final = Settings()
