"""The header of an image as a content tree: the elements that are read, identity left out, each at the place of its readings."""

from collections.abc import Iterator

from pydicom.datadict import dictionary_description

from doseloop.model.reading import Code
from doseloop.reading.elements import DataSet, named
from doseloop.reading.header import Header
from doseloop.reading.private import PRIVATE_TAGS
from doseloop.reading.sr import ContentItem
from doseloop.reading.tags import TAGS, Tags

_CODE = (0x00080100, 0x00080102, 0x00080104)
_SHOWN = frozenset((*TAGS.values(), *_CODE))
_PRIVATE = frozenset(tag for tags in PRIVATE_TAGS.values() for tag in tags)
_SEQUENCE = "SQ"


def header_tree(header: Header) -> ContentItem:
    """A root with an item for each element; a sequence has an item for each of its items."""
    name = Code(header.sop_class_uid, "DICOM", header.sop_class_name)
    return ContentItem("1", None, "HEADER", name, children=tuple(_elements(header.tags)))


def _elements(tags: Tags) -> Iterator[ContentItem]:
    for tag, value in sorted(tags.data_set.items()):
        if tag not in _SHOWN and tag not in _PRIVATE:
            continue
        place = f"{tags.at}.{named(tag)}" if tags.at else named(tag)
        if isinstance(value, list):
            below = tuple(_item(tags, one, f"{place}[{number}]") for number, one in enumerate(value, 1))
            yield ContentItem(place, None, _SEQUENCE, _name(tag), children=below)
        else:
            yield ContentItem(place, None, None, _name(tag), tags.written(tag, value))


def _item(tags: Tags, item: DataSet, at: str) -> ContentItem:
    below = Tags(item, tags.decode, tags.big_endian, at)
    return ContentItem(at, None, "ITEM", Code("", "", "Item"), children=tuple(_elements(below)))


def _name(tag: int) -> Code:
    try:
        meaning = dictionary_description(tag)
    except KeyError:
        meaning = "Private element"
    return Code(named(tag), "", meaning)
