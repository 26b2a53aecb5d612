"""Reports of radiopharmaceuticals (TID 10021)."""

from doseloop.model.dose_object import DoseObject
from doseloop.model.reading import Remark
from doseloop.reading import tid10021_radiopharmaceutical as tid10021
from doseloop.reading.concept_names import Items, concept_of
from doseloop.reading.header import Header
from doseloop.reading.sr import ContentItem
from doseloop.reading.surroundings import of_report


def is_it(root: ContentItem) -> bool:
    """Whether a report holds administrations."""
    return any(concept_of(child.concept) == tid10021.ADMINISTRATION for child in root.children)


def read(header: Header, root: ContentItem) -> DoseObject:
    """What it says. The modality is that of its procedure; scanners of both kinds write this report."""
    missing: list[Remark] = []
    items = Items(root, missing)
    found = tid10021.administrations(items, missing)
    return of_report(
        header,
        root,
        items,
        "tracer report",
        "PT" if tid10021.is_pet(items) else "NM",
        administrations=found,
        patient_state=tid10021.patient_state(items),
        remarks=tuple(missing),
    )
