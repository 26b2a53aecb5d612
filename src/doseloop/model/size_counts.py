"""Of how many patients of a group the weight is known, and from where: what every median and percentile tells beside its n."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_IMPORTED = ("imported", "imported by choice")


@dataclass(frozen=True, slots=True)
class SizeCounts:
    """Values of a group by where the weight of their patient came from."""

    weighed: int
    """The object says it."""
    imported: int
    estimated: int
    """From the images."""
    missing: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.weighed + self.imported + self.estimated + self.missing

    @property
    def words(self) -> str:
        """`84 weighed, 20 imported, 16 without weight`; of these only those that there are."""
        named = (
            (self.weighed, "weighed"), (self.imported, "imported"), (self.estimated, "estimated"),
            (self.missing, "without weight"),
        )  # fmt: skip
        return ", ".join(f"{count} {name}" for count, name in named if count)


def size_counts(sources: Iterable[str]) -> SizeCounts:
    """The counts of weights' sources (`model.precedence`, `size`); an empty source is a weight that is missing."""
    counted = Counter(sources)
    imported = sum(counted[one] for one in _IMPORTED)
    return SizeCounts(counted["object"], imported, counted["water-equivalent diameter"], counted[""])


def together(groups: Iterable[SizeCounts]) -> SizeCounts:
    """The counts of several groups."""
    listed = tuple(groups)
    fields = ("weighed", "imported", "estimated", "missing")
    return SizeCounts(*(sum(getattr(one, name) for one in listed) for name in fields))
