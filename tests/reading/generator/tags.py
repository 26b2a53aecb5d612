"""Elements of image headers from tables: each is there or not, in any of the elements that hold its quantity."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from pydicom.datadict import dictionary_VR, tag_for_keyword

from tests.reading.generator.content import CodeTriple, Content, Told, code_item
from tests.reading.generator.header import header
from tests.reading.generator.made import Made
from tests.reading.generator.numbers import number, written
from tests.reading.generator.scripts import SCRIPTS, text
from tests.reading.generator.writing import Element, Elements, Form, Value, form, of

STORAGE = "1.2.840.10008.5.1.4.1.1."
PROTOCOL_NAME = 0x00181030
Filler = Callable[[Content], tuple[list[Element], Told]]
_WHOLE = ("IS", "US", "SS", "UL", "SL")


@dataclass(frozen=True, slots=True)
class Number:
    """A quantity, and the elements that may hold it with what a number there is multiplied by, the finest first."""

    name: str
    sources: tuple[tuple[str, float], ...]
    zero: bool = True
    signed: bool = False


def one(name: str, keyword: str, factor: float = 1.0, *, zero: bool = True, signed: bool = False) -> Number:
    return Number(name, ((keyword, factor),), zero, signed)


CURRENT = (("XRayTubeCurrentInuA", 1e-3), ("XRayTubeCurrentInmA", 1.0), ("XRayTubeCurrent", 1.0))
TIME = (("ExposureTimeInuS", 1e-3), ("ExposureTimeInms", 1.0), ("ExposureTime", 1.0))
EXPOSURE = (("ExposureInuAs", 1e-3), ("ExposureInmAs", 1.0), ("Exposure", 1.0))


def numbers(chance: Random, table: Iterable[Number], often: float = 0.6) -> tuple[list[Element], Told]:
    """Elements of the table's quantities. Of one that stands in two elements the coarser is rounded."""
    made: list[Element] = []
    told: Told = {}
    for field in table:
        if chance.random() >= often:
            continue
        at = chance.randrange(len(field.sources))
        keyword, factor = field.sources[at]
        value = _fitting(chance, keyword, number(chance, zero=True, signed=field.signed))
        made.append(of(keyword, as_written(chance, keyword, value)))
        if at == 0 and len(field.sources) > 1 and value and chance.random() < 0.5:
            coarse = field.sources[-1]
            made.append(of(coarse[0], str(round(value * factor / coarse[1]))))
        if value or field.zero:
            told[field.name] = value * factor
    return made, told


def _fitting(chance: Random, keyword: str, value: float) -> float:
    vr = dictionary_VR(tag_for_keyword(keyword) or 0)
    return float(abs(round(value)) % 60_000) if vr in _WHOLE else float(f"{value:.6g}") if vr == "FL" else value


def as_written(chance: Random, keyword: str, value: float) -> Value:
    """A number in the element's value representation."""
    vr = dictionary_VR(tag_for_keyword(keyword) or 0)
    if vr in ("US", "SS", "UL", "SL"):
        return (int(value),)
    if vr in ("FL", "FD"):
        return (value,)
    return f"{value:.0f}" if vr == "IS" else written(chance, value)


def texts(content: Content, table: Iterable[tuple[str, str]], often: float = 0.5) -> tuple[list[Element], Told]:
    """Elements of text by field and keyword."""
    made: list[Element] = []
    told: Told = {}
    for name, keyword in table:
        if content.chance.random() < often:
            told[name] = text(content.chance, content.script)
            made.append(of(keyword, told[name]))
    return made, told


def terms(
    chance: Random, table: Iterable[tuple[str, str, tuple[str, ...]]], often: float = 0.5
) -> tuple[list[Element], Told]:
    """Elements of defined terms by field, keyword and terms."""
    made: list[Element] = []
    told: Told = {}
    for name, keyword, choices in table:
        if chance.random() < often:
            told[name] = chance.choice(choices)
            made.append(of(keyword, told[name]))
    return made, told


def coded(chance: Random, keyword: str, choices: tuple[CodeTriple, ...], *below: Element) -> tuple[Element, CodeTriple]:
    """A code sequence."""
    code = chance.choice(choices)
    return of(keyword, [[*code_item(code), *below]]), code


def started(chance: Random) -> tuple[list[Element], Told]:
    """The start, as one element or as two; a time of the content is no start."""
    second = chance.randint(0, 59)
    way = chance.choice(("one", "two", "none"))
    told = {"started_at": f"2026-03-03T10:15:{second:02}"}
    if way == "one":
        return [of("AcquisitionDateTime", f"202603031015{second:02}")], told
    if way == "two":
        return [of("AcquisitionDate", "20260303"), of("AcquisitionTime", f"1015{second:02}")], told
    return [of("ContentDate", "20260303"), of("ContentTime", "101500")], {}


def shared(chance: Random, elements: list[Element], group: str) -> list[Element]:
    """Elements in the functional groups that all frames share (PS3.3 section C.7.6.16), or of the first frame."""
    where = chance.choice(("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"))
    return [of(where, [[of(group, [elements])]])] if elements else []


def image(chance: Random, sop_class: str, modality: str, fill: Filler) -> Made:
    """An image whose class and modality are given and whose doses `fill` makes."""
    script = chance.choice(SCRIPTS)
    content = Content(chance, script)
    made, told = header(content, STORAGE + sop_class, modality)
    elements, of_image = fill(content)
    made += elements
    if chance.random() < 0.7:
        made += [of("ContentDate", "20260303"), of("ContentTime", "101500")]
    told |= of_image
    for element in elements:
        if element.tag == PROTOCOL_NAME:  # of the study too, as the header has it
            told["study"]["protocol_name"] = element.value
    made = list({element.tag: element for element in made}.values())
    if any(element.tag == 0x00080023 for element in made):
        told["content_at"] = "2026-03-03T10:15:00"
    how = form(chance, script)
    made += [of("Rows", (2,)), of("PixelData", bytes(8))]
    how = Form(how.encoding, script, how.lengths, how.group_lengths, bare=how.bare)
    return Made(_with_pixels(made), how, told)


def _with_pixels(made: Elements) -> Elements:
    return [Element(e.tag, "OW", e.value) if e.tag == 0x7FE00010 else e for e in made]
