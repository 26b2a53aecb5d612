"""Reports of CT (TID 10011): X-Ray Radiation Dose SR, and Enhanced or Comprehensive SR that carry the same content."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Remark
from doseloop.reading import tid10011_ct
from doseloop.reading.concept_names import Items, concept_of
from doseloop.reading.header import Header
from doseloop.reading.sr import ContentItem
from doseloop.reading.surroundings import of_report

_CONTAINERS = frozenset((tid10011_ct.ACQUISITION, tid10011_ct.ACCUMULATED))


def is_it(root: ContentItem) -> bool:
    """Whether a report holds accumulated dose or acquisitions of CT."""
    return any(concept_of(child.concept) in _CONTAINERS for child in root.children)


def read(header: Header, root: ContentItem) -> DoseObject:
    """What it says."""
    missing: list[Remark] = []
    items = Items(root, missing)
    totals = tid10011_ct.ct_totals(items, missing)
    events = tid10011_ct.ct_events(items, missing)
    if totals and totals.events and totals.events.value != len(events):
        said = f"The report states {totals.events.value:g} irradiation events and holds {len(events)}."
        missing.append(Remark("report", "113812", totals.events.place, said))
    return of_report(header, root, items, "ct report", "CT", ct_totals=totals, ct_events=events, remarks=tuple(missing))
