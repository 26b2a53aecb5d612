"""The names in a plan, as keys of the record within the scope of who asks."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from rapidfuzz.process import extract

from doseloop.access.scope import Scope
from doseloop.ask.fields import PEOPLE
from doseloop.ask.known import Known
from doseloop.ask.measures import MEASURES, PROJECTION, USUAL, family
from doseloop.ask.plan import Filter, Plan
from doseloop.ask.validity import modalities_of, needs_usual, quantities_of
from doseloop.model.errors import NotAnswerable

_MIXED: Final = frozenset(("kap", "kvp", "mas", "ei", "di"))
"""Quantities that several modalities have, with values that say nothing together."""
_SHOWN: Final = 60
_Key = TypeVar("_Key", int, str)


def check_people(plan: Plan, scope: Scope) -> None:
    """Errors: `NotAnswerable` where people are asked for and may not be shown."""
    asked = PEOPLE & {*plan.group_by, *(one.field for one in plan.filters)}
    if asked and not scope.operators:
        raise NotAnswerable(
            "permission",
            f"Figures of {' and '.join(f'{one}s' for one in sorted(asked))} are not shown to you at every site that you see.",
            "A site switches them on, for those who hold the right.",
        )


def sites(one: Filter, known: Known) -> frozenset[int]:
    """Keys of the sites that it names."""
    return _keys(one, [(each.name, (), frozenset((each.key,))) for each in known.sites])


def scanners(one: Filter, known: Known) -> frozenset[int]:
    """Keys of the scanners that it names, and of their other names."""
    labels = known.scanner_names
    return _keys(one, [(each.name, (labels[each.key], *each.aliases), each.keys) for each in known.scanners])


def procedures(one: Filter, known: Known) -> frozenset[str]:
    """Keys of the procedures that it names."""
    listed = [(each.name, (each.key, *each.aliases), frozenset((each.key,))) for each in known.procedures]
    return _keys(one, listed)


def in_regions(one: Filter, known: Known) -> frozenset[str]:
    """Keys of the procedures that cover a region that it names."""
    regions = _keys(one, [(region, (), frozenset((region,))) for region in known.regions])
    return frozenset(each.key for each in known.procedures if each.regions & regions)


def of_manufacturers(one: Filter, known: Known) -> frozenset[int]:
    """Keys of the scanners of the makers that it names: a maker writes its name in more than one way."""
    names = [(each, (), frozenset((each,))) for each in known.manufacturers]
    makers = _keys(one, names, lambda asked, name: name.startswith(asked) or asked.startswith(name))
    return frozenset(key for each in known.scanners if each.manufacturer in makers for key in each.keys)


def people(one: Filter, known: Known) -> frozenset[int]:
    """Keys of the people that it names."""
    listed = known.operators if one.field == "operator" else known.physicians
    return _keys(one, [(each.name, each.aliases, frozenset((each.key,))) for each in listed])


def modalities(plan: Plan, known: Known) -> frozenset[str]:
    """The modalities whose usual figures the plan asks for; none where it asks for no usual figure.

    Errors: `NotAnswerable` where they are not known, or have nothing in common.
    """
    named = implied(plan, known)
    if named is None and not {"modality", "procedure"} & set(plan.group_by) and _MIXED & set(quantities_of(plan)):
        raise _which()
    if not needs_usual(plan):
        return frozenset()
    if named is None:
        there = frozenset(one.modality for one in known.scanners)
        named = there if len(family(there)) == 1 else None
    if named is None or len({USUAL.get(one) for one in named}) > 1:
        raise _which()
    return named


def implied(plan: Plan, known: Known) -> frozenset[str] | None:
    """The modalities that it names, itself or by its procedures, quantities or scanners; None where by nothing."""
    named = modalities_of(plan)
    if named is not None:
        return named
    for one in plan.filters:
        if one.field == "procedure" and one.op == "in":
            keys = procedures(one, known)
            return family(frozenset(each.modality for each in known.procedures if each.key in keys))
    for name in quantities_of(plan):
        own = MEASURES[name].modalities if name in MEASURES else frozenset()
        if own and not own >= PROJECTION and name not in _MIXED | {"effective_dose", "administered_activity"}:
            return own
    for one in plan.filters:
        if one.field == "scanner" and one.op == "in":
            keys_of = scanners(one, known)
            return family(frozenset(each.modality for each in known.scanners if each.key in keys_of))
    return None


def _which() -> NotAnswerable:
    return NotAnswerable(
        "missing_modality", "Doses of different modalities are not compared.", "Name one: CT, XA, DX, MG, NM or PT."
    )


def _keys(
    one: Filter,
    listed: Iterable[tuple[str, tuple[str, ...], frozenset[_Key]]],
    same: Callable[[str, str], bool] = str.__eq__,
) -> frozenset[_Key]:
    found: frozenset[_Key] = frozenset()
    entries = list(listed)
    for value in one.value if isinstance(one.value, list) else ():
        asked = str(value).casefold()
        keys = [keys for name, _, keys in entries if same(asked, name.casefold())]
        keys = keys or [keys for _, others, keys in entries if asked in map(str.casefold, others)]
        if not keys:
            raise _unknown(one.field, str(value), [name for name, _, _ in entries])
        found = found.union(*keys)
    return found


def _unknown(field: str, value: str, names: list[str]) -> NotAnswerable:
    near = [name for name, score, _ in extract(value, sorted(set(names)), limit=3) if score > 50]
    said = "".join(letter for letter in value[:_SHOWN] if letter.isprintable())
    return NotAnswerable(
        "unknown_entity",
        f"There is no {field} “{said}” among what you see.",
        f"Near it: {', '.join(near)}." if near else "",
    )
