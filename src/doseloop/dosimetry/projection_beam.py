"""What an exposure says of its beam: added copper, view, and whether the tube was under the couch."""

from math import isfinite
from typing import Final

from doseloop.model.projection import Filter, ProjectionEvent

_AGREE_WITHIN: Final = 0.1
"""Least and greatest thickness of one filter may differ by this share; more is a filter of which the thickness is not known."""
_VIEWS: Final = {
    "ap": "AP", "antero posterior": "AP", "anteroposterior": "AP",
    "pa": "PA", "postero anterior": "PA", "posteroanterior": "PA",
    "lat": "LAT", "lateral": "LAT", "ll": "LAT", "rl": "LAT", "left lateral": "LAT", "right lateral": "LAT",
}  # fmt: skip
"""View Position (0018,5101) and meanings of views (PS3.16 CID 4010) by what they are for a coefficient; an oblique one is none."""


def copper_mm(event: ProjectionEvent) -> float | None:
    """Added copper, mm: 0 where filters are recorded and none is copper. None where none is recorded, or of unknown thickness."""
    if not event.filters or any(one.material is None for one in event.filters):
        return None
    thicknesses = [_thickness_mm(one) for one in event.filters if _is_copper(one)]
    known = [one for one in thicknesses if one is not None]
    return sum(known, 0.0) if len(known) == len(thicknesses) else None


def view(event: ProjectionEvent) -> str | None:
    """AP, PA or LAT; the words of another view as written; None where none is recorded or what is recorded disagrees."""
    written = [event.view_position.value] if event.view_position else []
    written += [event.image_view.value.meaning] if event.image_view else []
    views = {_VIEWS.get(_plain(words), words.strip()) for words in written if words.strip()}
    return views.pop() if len(views) == 1 else None


def is_under_couch(event: ProjectionEvent) -> bool:
    """Whether the positioner (112011; 0 degrees: the detector in front of the patient) says that the beam came from behind."""
    angle = event.primary_angle_deg.value if event.primary_angle_deg else None
    return angle is not None and abs(angle) < 90


def _is_copper(one: Filter) -> bool:
    return one.material is not None and "copper" in one.material.value.meaning.casefold()


def _thickness_mm(one: Filter) -> float | None:
    limits = [limit.value for limit in (one.thickness_min_mm, one.thickness_max_mm) if limit]
    if not limits or not all(isfinite(limit) and limit >= 0 for limit in limits):
        return None
    least, most = min(limits), max(limits)
    return (least + most) / 2 if most - least <= _AGREE_WITHIN * most else None


def _plain(words: str) -> str:
    return " ".join(words.casefold().replace("-", " ").split())
