"""A content tree as a flat run of lines, so that a template needs no recursion."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from doseloop.web.content_tree import ItemLike, walk
from doseloop.web.tree_rights import Needs, needs_of

WHOLE = 2000
"""Trees of no more items are shown whole; of larger ones only the first levels and the branch that is asked for."""


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


@dataclass(frozen=True, slots=True)
class _View:
    used: Mapping[str, str]
    branch: str | None
    """The one branch that is open; None where the tree is shown whole."""
    identity: bool
    operators: bool

    def closes(self, item: ItemLike) -> bool:
        return self.branch is not None and item.place.count(".") == 1 and item.place != self.branch


def tree_lines(
    root: ItemLike, used: Mapping[str, str], at: str, *, identity: bool, operators: bool
) -> tuple[Line, ...]:
    """The lines of the tree. Who the patient is and who the staff are is withheld where it is not to be seen."""
    size = sum(1 for _ in walk(root))
    branch = ".".join(at.split(".")[:2])
    view = _View(used, branch if size > WHOLE else None, identity, operators)
    return tuple(_lines(root, view, Needs()))


def _lines(item: ItemLike, view: _View, above: Needs) -> Iterator[Line]:
    needs = needs_of(item, above)
    closed = bool(item.children) and view.closes(item)
    hidden = sum(1 for child in item.children for _ in walk(child)) if closed else 0
    yield _line(item, view, needs, hidden)
    if item.children and not closed:
        yield Line("down")
        for child in item.children:
            yield from _lines(child, view, needs)
        yield Line("up")


def _line(item: ItemLike, view: _View, needs: Needs, closed: int) -> Line:
    concept = item.concept
    seen = needs.met(identity=view.identity, operators=view.operators)
    value = _value(item)
    return Line(
        kind="item",
        place=item.place,
        name=(concept.meaning or concept.value) if concept else "",
        code=f"{concept.scheme} {concept.value}" if concept else "",
        value=value if seen or not value else "withheld",
        value_type=item.value_type or "",
        relationship=(item.relationship or "").lower(),
        used_for=view.used.get(item.place, ""),
        closed=closed,
    )


def _value(item: ItemLike) -> str:
    if item.measured:
        return "; ".join(f"{one.number} {one.unit.value if one.unit else ''}".strip() for one in item.measured)
    if item.code:
        return item.code.meaning or item.code.value
    return item.text or ", ".join(item.references)
