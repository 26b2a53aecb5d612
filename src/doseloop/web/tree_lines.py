"""A content tree as a flat run of lines, so that a template needs no recursion."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doseloop.web.content_tree import ItemLike, walk

WHOLE = 2000
"""Trees of no more items are shown whole; of larger ones only the first levels and the branch that is asked for."""
_PERSON = "PNAME"


@dataclass(frozen=True, slots=True)
class Line:
    """An item, or the begin (`down`) or end (`up`) of a list of children."""

    kind: str
    place: str = ""
    name: str = ""
    code: str = ""
    value: str = ""
    value_type: str = ""
    relationship: str = ""
    used_for: str = ""
    closed: int = 0
    """How many items beneath are not shown."""


def tree_lines(root: ItemLike, used: Mapping[str, str], at: str, *, identity: bool) -> tuple[Line, ...]:
    """The lines of the tree. Names of persons are withheld where identity is not to be seen."""
    size = sum(1 for _ in walk(root))
    branch = ".".join(at.split(".")[:2])
    return tuple(_lines(root, used, branch if size > WHOLE else None, identity))


def _lines(item: ItemLike, used: Mapping[str, str], branch: str | None, identity: bool) -> Iterator[Line]:
    closed = branch is not None and item.place.count(".") == 1 and item.place != branch and bool(item.children)
    hidden = sum(1 for child in item.children for _ in walk(child)) if closed else 0
    yield _line(item, used.get(item.place, ""), hidden, identity)
    if item.children and not closed:
        yield Line("down")
        for child in item.children:
            yield from _lines(child, used, branch, identity)
        yield Line("up")


def _line(item: ItemLike, used_for: str, closed: int, identity: bool) -> Line:
    concept = item.concept
    withheld = item.value_type == _PERSON and not identity
    return Line(
        kind="item",
        place=item.place,
        name=(concept.meaning or concept.value) if concept else "",
        code=f"{concept.scheme} {concept.value}" if concept else "",
        value="withheld" if withheld else _value(item),
        value_type=item.value_type or "",
        relationship=(item.relationship or "").lower(),
        used_for=used_for,
        closed=closed,
    )


def _value(item: ItemLike) -> str:
    if item.measured:
        return "; ".join(f"{one.number} {one.unit.value if one.unit else ''}".strip() for one in item.measured)
    if item.code:
        return item.code.meaning or item.code.value
    return item.text or ", ".join(item.references)
