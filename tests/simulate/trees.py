"""Ways to look into the content tree of a report that was read with pydicom."""

from collections.abc import Iterator
from io import BytesIO

from pydicom import Dataset, dcmread


def read(file: bytes) -> Dataset:
    """The dataset of a file."""
    return dcmread(BytesIO(file))


def children(item: Dataset, code: str) -> list[Dataset]:
    """The direct children whose concept name has the code."""
    return [child for child in item.get("ContentSequence", []) if concept(child) == code]


def descendants(item: Dataset) -> Iterator[Dataset]:
    """All content items below an item."""
    for child in item.get("ContentSequence", []):
        yield child
        yield from descendants(child)


def concept(item: Dataset) -> str:
    """Code of the concept name."""
    return str(item.ConceptNameCodeSequence[0].CodeValue)


def number(item: Dataset, code: str) -> float | None:
    """The value of the first NUM of that code anywhere below, None where there is none."""
    for child in descendants(item):
        if concept(child) == code:
            return float(child.MeasuredValueSequence[0].NumericValue)
    return None


def needed(item: Dataset, code: str) -> float:
    """The same where it must be there."""
    value = number(item, code)
    assert value is not None, f"no {code}"
    return value
