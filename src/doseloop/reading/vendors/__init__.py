"""What single makers write in a place of their own, one file a maker.

Only what is no kind of defect that every reader should cope with: an entry adds a reading from the maker's own item, and
never changes one that the template's item gave. Which entries applied stands in `DoseObject.quirks`.
"""

from doseloop.model.dose_object import DoseObject
from doseloop.reading.concept_names import Items
from doseloop.reading.tags import Tags
from doseloop.reading.tid10001_projection import EVENT
from doseloop.reading.vendors import philips, siemens
from doseloop.reading.vendors.quirk import Quirk

QUIRKS: tuple[Quirk, ...] = (*philips.QUIRKS, *siemens.QUIRKS)


def amended(dose: DoseObject, root: Items) -> DoseObject:
    """The reading with what its maker's quirks add to it."""
    maker = (dose.equipment.manufacturer or "").casefold()
    quirks = [quirk for quirk in QUIRKS if quirk.maker in maker]
    holders = [Items(container, []) for container in root.all(EVENT)] if quirks else []
    for quirk in quirks:
        dose = quirk.apply(dose, holders, root)
    return dose


def amended_image(dose: DoseObject, tags: Tags) -> DoseObject:
    """As `amended`, of an image."""
    maker = (dose.equipment.manufacturer or "").casefold()
    for quirk in QUIRKS:
        if quirk.maker in maker:
            dose = quirk.apply_to_image(dose, tags)
    return dose


def dose_in_comment(comment: str) -> str:
    """What entries read of a comment, without the rest of it, which may hold anything; empty where they read nothing."""
    found = (match for pattern in siemens.READ_IN_COMMENTS for match in pattern.finditer(comment))
    return " ".join(f"{match[0]} />" for match in found)
