"""What CT exams scanned under each of their names: beside a name, it helps a person to say what the name means."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median, median_low

from django.db.models import Count, Max, QuerySet, Sum

from doseloop.model.procedure import Scanned
from doseloop.reference.names import normalised
from doseloop.store.models import Event, Part

_MAIN = "main"
_MOST_REGIONS = 3
Name = tuple[int, str, str]
"""Site, modality and normalised name."""


@dataclass(frozen=True, slots=True)
class NameScans:
    """What the exams of one name scanned."""

    typical: Scanned
    """Medians over the exams; a length is None where no exam records it."""
    least_mm: float | None
    """Of the exams' longest main acquisitions, the shortest; None where none is recorded."""
    most_mm: float | None
    regions: tuple[str, ...]
    """Regions as they are coded, the most frequent first."""


@dataclass(slots=True)
class _OfPart:
    acquisitions: int = 0
    longest_mm: float | None = None
    lengths_mm: float = 0.0
    told: int = 0
    regions: set[str] = field(default_factory=set)

    def add(self, acquisitions: int, told: int, longest_mm: float | None, lengths_mm: float | None) -> None:
        self.acquisitions += acquisitions
        self.told += told
        self.lengths_mm += lengths_mm or 0.0
        self.longest_mm = max(filter(None, (self.longest_mm, longest_mm)), default=None)


def scans_of_names(parts: "QuerySet[Part]", fields: Sequence[str]) -> dict[Name, NameScans]:
    """Of the CT parts among these, by the first of the study's names (`fields` of an exam), else that of the acquisition."""
    found: dict[Name, dict[int, _OfPart]] = defaultdict(lambda: defaultdict(_OfPart))
    for name, part, region, counted in _rows(parts, fields):
        one = found[name][part]
        one.add(*counted)
        one.regions |= {region} - {""}
    return {name: _together(list(of_parts.values())) for name, of_parts in found.items()}


def _rows(
    parts: "QuerySet[Part]", fields: Sequence[str]
) -> Iterator[tuple[Name, int, str, tuple[int, int, float | None, float | None]]]:
    main = Event.objects.filter(part__in=parts.filter(modality="CT"), role=_MAIN, kind="ct")
    named = main.values_list(
        "part__site_id", "part_id", "target_region", *(f"exam__{one}" for one in fields), "protocol"
    )
    length = "scanning_length_mm"
    for site, part, region, *names, acquisitions, told, longest, lengths in named.annotate(
        acquisitions=Count("pk"), told=Count(length), longest=Max(length), lengths=Sum(length)
    ).iterator():
        name = next(filter(None, map(normalised, names)), "")
        yield (site, "CT", name), part, region, (acquisitions, told, longest, lengths)


def _together(exams: Sequence[_OfPart]) -> NameScans:
    lengths = [one.longest_mm for one in exams if one.longest_mm]
    whole = [one.lengths_mm for one in exams if one.lengths_mm and one.told == one.acquisitions]
    regions = Counter(region for one in exams for region in sorted(one.regions))
    return NameScans(
        typical=Scanned(
            acquisitions=median_low(one.acquisitions for one in exams),
            longest_mm=median(lengths) if lengths else None,
            together_mm=median(whole) if whole else None,
        ),
        least_mm=min(lengths, default=None),
        most_mm=max(lengths, default=None),
        regions=tuple(region for region, _ in regions.most_common(_MOST_REGIONS)),
    )
