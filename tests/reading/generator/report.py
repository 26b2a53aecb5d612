"""What every structured report of dose has beside its template: its root, its flags and its observer."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from tests.reading.generator.content import CodeTriple, Content, Told, code_item, moment, uid, words
from tests.reading.generator.header import header
from tests.reading.generator.made import Made
from tests.reading.generator.scripts import SCRIPTS
from tests.reading.generator.writing import Element, Elements, form, of

DOSE_SR = "1.2.840.10008.5.1.4.1.1.88.67"
CLASSES = (DOSE_SR, DOSE_SR, "1.2.840.10008.5.1.4.1.1.88.22", "1.2.840.10008.5.1.4.1.1.88.33")
SOURCE: CodeTriple = ("113856", "DCM", "Automated Data Collection")
Template = Callable[[Content], tuple[list[Elements], Told]]

_TIMES = (
    moment("started_at", "113809", "Start of X-Ray Irradiation"),
    moment("ended_at", "113810", "End of X-Ray Irradiation"),
)
_OBSERVER = (
    uid("observer_uid", "121012", "Device Observer UID"),
    words("observer_name", "121013", "Device Observer Name"),
    words("manufacturer", "121014", "Device Observer Manufacturer"),
    words("model", "121015", "Device Observer Model Name"),
    words("serial_number", "121016", "Device Observer Serial Number"),
)
DEVICE = (
    words("name", "113877", "Device Name"),
    words("manufacturer", "113878", "Device Manufacturer"),
    words("model", "113879", "Device Model Name"),
    words("serial_number", "113880", "Device Serial Number"),
)


def report(
    chance: Random,
    template: str,
    body: Template,
    name: CodeTriple = ("113701", "DCM", "X-Ray Radiation Dose Report"),
    classes: Sequence[str] = CLASSES,
) -> Made:
    """A report of a template whose items `body` makes."""
    script = chance.choice(SCRIPTS)
    content = Content(chance, script)
    made, told = header(content, chance.choice(tuple(classes)), "SR")
    items, of_body = body(content)
    around, of_root = _around(content, told["equipment"])
    told |= {**of_root, **of_body}
    made += [
        of("ValueType", "CONTAINER"),
        of("ConceptNameCodeSequence", [code_item(name)]),
        *_flags(chance, told),
        of("ContentSequence", [*around, *items]),
    ]
    if chance.random() < 0.9:
        identifier = [of("MappingResource", "DCMR"), of("TemplateIdentifier", template)]
        made.append(of("ContentTemplateSequence", [identifier]))
    return Made(made, form(chance, script), told)


def _flags(chance: Random, told: Told) -> list[Element]:
    made = []
    if chance.random() < 0.8:
        told["completion"] = chance.choice(("COMPLETE", "PARTIAL"))
        made.append(of("CompletionFlag", told["completion"]))
    if chance.random() < 0.5:
        made.append(of("VerificationFlag", "UNVERIFIED"))
        told["verified"] = False
    if chance.random() < 0.7:
        made += [of("ContentDate", "20260303"), of("ContentTime", "110000")]
        told["content_at"] = "2026-03-03T11:00:00"
    return made


def _around(content: Content, equipment: Told) -> tuple[list[Elements], Told]:
    """Observer, times and source; what the header names of the equipment holds before the observer's word."""
    items, observer = content.fields(_OBSERVER, 0.4)
    for name, value in observer.items():
        equipment.setdefault(name, value)
    times, told = content.fields(_TIMES, 0.4)
    if content.chance.random() < 0.3:
        times.append(content.code(("113854", "DCM", "Source of Dose Information"), SOURCE))
        told["dose_source"] = SOURCE
    return [*items, *times], told


def device(content: Content) -> tuple[list[Elements], Told]:
    """Who took part (TID 1021)."""
    below, told = content.fields(DEVICE)
    if not below:
        return [], {}
    role: CodeTriple = ("113876", "DCM", "Device Role in Procedure")
    return [content.code(role, ("113859", "DCM", "Irradiating Device"), *below)], {"device": told}


def maker_items(content: Content) -> tuple[list[Elements], Told]:
    """Items of a maker's own scheme, which are kept and never taken for those of the template."""
    if content.chance.random() < 0.7:
        return [], {}
    concepts: tuple[CodeTriple, ...] = (("113733", "99MAKER", "Planned"), ("021", "99MAKER-X", "Offset"))
    told: list[dict[str, Any]] = []
    items = []
    for concept in concepts:
        items.append(content.numeric(concept, "12.5", "kV"))
        told.append({"name": concept[2], "value": "12.5", "unit": "kV"})
    return items, {"maker_items": told}


def within(content: Content, code: str, meaning: str, items: Iterable[Elements]) -> list[Elements]:
    """Items in the container of the template, or beside it as some makers write them."""
    found = list(items)
    return [content.container(code, meaning, *found)] if found and content.chance.random() < 0.8 else found
