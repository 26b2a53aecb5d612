"""Reports of projection X-ray (TID 10001): fluoroscopy, angiography, radiography and mammography."""

from doseloop.model.dose_object import DoseObject, Modality
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.reading import Code, Remark
from doseloop.reading import tid10001_projection
from doseloop.reading.concept_names import Items, concept_of
from doseloop.reading.header import Header
from doseloop.reading.sr import ContentItem
from doseloop.reading.surroundings import of_report
from doseloop.reading.vendors import amended

_CONTAINERS = frozenset((tid10001_projection.EVENT, tid10001_projection.ACCUMULATED))


def is_it(root: ContentItem) -> bool:
    """Whether a report holds accumulated dose or events of projection X-ray."""
    return any(concept_of(child.concept) in _CONTAINERS for child in root.children)


def read(header: Header, root: ContentItem) -> DoseObject:
    """What it says, with what its maker's quirks add."""
    missing: list[Remark] = []
    items = Items(root, missing)
    planes = tid10001_projection.plane_totals(items, missing)
    events = tid10001_projection.projection_events(items, missing)
    modality = _modality(events, planes, items.plain_code("121058"))
    doses = {"plane_totals": planes, "projection_events": events, "remarks": tuple(missing)}
    return amended(of_report(header, root, items, "projection report", modality, **doses), items)


def _modality(events: tuple[ProjectionEvent, ...], planes: tuple[PlaneTotals, ...], procedure: Code | None) -> Modality:
    """RF with any fluoroscopy, MG for a mammography procedure or with a glandular dose, else DX; what the device calls itself is
    not enough."""
    if any(map(tid10001_projection.is_fluoroscopy, events)):
        return "RF"
    glandular = any(event.agd_mgy for event in events) or any(one.agd_left_mgy or one.agd_right_mgy for one in planes)
    if glandular or tid10001_projection.is_mammography(procedure):
        return "MG"
    fluoroscopy_s = sum(plane.fluoro_time_s.value for plane in planes if plane.fluoro_time_s)
    return "RF" if fluoroscopy_s > 0 else "DX"
