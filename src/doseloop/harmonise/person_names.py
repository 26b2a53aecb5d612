"""Which typed names of one site are one person: suggestions with their reason, and what cannot be told.

Nothing here is applied by itself. A wrong merging mixes the figures of two people, so that only the same name, written
otherwise, is sure; and where two people of the site could be meant, nothing is suggested and both are named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from doseloop.harmonise.name_relations import JUNIOR, MORE, SAME, relation, without_accents
from doseloop.harmonise.typed_names import TypedName, as_user_id, taken_apart, user_ids

Confidence = Literal["sure", "unsure"]
TURNED: Final = "the same words in the other order"
_Said = tuple[str, tuple[str, ...], str]
_USER_ID: Final = "a user id of initial and surname"


@dataclass(frozen=True, slots=True)
class Known:
    """A name at the site that can be one person."""

    key: int
    typed: str
    exams: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two names that may be one person."""

    alias: int
    of: int
    confidence: Confidence
    evidence: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A name that several people of the site could be meant by."""

    key: int
    could_be: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the names of a site tell."""

    suggestions: tuple[Suggestion, ...]
    """At most one for a name; following them never leads back to it."""
    undecided: tuple[Undecided, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Names that say the same, the one to keep first."""

    name: TypedName
    members: tuple[Known, ...]

    @property
    def main(self) -> Known:
        """The name to keep."""
        return self.members[0]

    @property
    def rank(self) -> tuple[bool, bool, int, int]:
        """More told and more exams is higher."""
        return self.name.full, bool(self.name.given), sum(one.exams for one in self.members), -self.main.key


@dataclass(frozen=True, slots=True)
class _Fit:
    group: _Group
    evidence: str


def suggest(names: Iterable[Known]) -> Suggested:
    """Suggestions for the names of one site. Names that are no person are not to be among them."""
    groups = _groups(names)
    suggestions: list[Suggestion] = []
    undecided: list[Undecided] = []
    near = _Near(groups)
    for group in groups:
        fits = near.fits(group)
        better = [fit for fit in fits if fit.group.rank > group.rank]
        could_be = [*better, *(fit for fit in fits if fit not in better and fit.evidence == MORE)]
        if _conflict(could_be):
            undecided += [Undecided(one.key, _keys(could_be)) for one in group.members]
            continue
        suggestions += [Suggestion(one.key, group.main.key, "sure", SAME) for one in group.members[1:]]
        if better:
            best = max(better, key=lambda fit: fit.group.rank)
            suggestions.append(Suggestion(group.main.key, best.group.main.key, "unsure", best.evidence))
    open_names = {one.key for one in undecided}
    return Suggested(tuple(one for one in suggestions if one.of not in open_names), tuple(undecided))


def _groups(names: Iterable[Known]) -> list[_Group]:
    found: dict[_Said, list[tuple[TypedName, Known]]] = defaultdict(list)
    for known in names:
        name = taken_apart(known.typed)
        if name.family:
            found[_said(name)].append((name, known))
    certain = {said for said, members in found.items() if any(name.order_known for name, _ in members)}
    return [_group(members) for said, all_members in found.items() for members in _parted(said, all_members, certain)]


def _said(name: TypedName) -> _Said:
    return name.family, name.given, name.generation


def _parted(
    said: _Said, members: list[tuple[TypedName, Known]], certain: set[_Said]
) -> list[list[tuple[TypedName, Known]]]:
    """Words without an order stand apart where both of their readings are people of the site."""
    turned = next((name.turned for name, _ in members if name.turned), None)
    if turned is None or said not in certain or _said(turned) not in certain:
        return [members]
    return [[one for one in members if one[0].order_known], [one for one in members if not one[0].order_known]]


def _group(members: list[tuple[TypedName, Known]]) -> _Group:
    ordered = sorted(members, key=lambda one: (-one[1].exams, one[1].key))
    certain = next((name for name, _ in ordered if name.order_known), ordered[0][0])
    return _Group(certain, tuple(known for _, known in ordered))


class _Near:
    """Finds the groups that may be the same person without comparing each with each."""

    def __init__(self, groups: Sequence[_Group]) -> None:
        self._by_family: dict[str, list[_Group]] = defaultdict(list)
        self._by_user_id: dict[str, list[_Group]] = defaultdict(list)
        self._by_given: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            self._by_family[group.name.family].append(group)
            for one in dict.fromkeys(user_ids(group.name)):
                self._by_user_id[one].append(group)
            if group.name.full:
                self._by_given[without_accents(group.name.given[0])].append(group)

    def fits(self, group: _Group) -> list[_Fit]:
        """The groups that may be it, each once."""
        found: dict[int, _Fit] = {}
        for fit in self._candidates(group):
            found.setdefault(fit.group.main.key, fit)
        return list(found.values())

    def _candidates(self, group: _Group) -> Iterator[_Fit]:
        name = group.name
        # Typing errors in a family name are looked for among those with the same given name: few, however large the site.
        for other in (
            *self._by_family[name.family],
            *(self._by_given[without_accents(name.given[0])] if name.full else ()),
        ):
            evidence = relation(name, other.name) if other is not group else None
            if evidence:
                yield _Fit(other, evidence)
        if turned := name.turned:
            others = (
                other for other in self._by_family[turned.family] if relation(turned, other.name) in (SAME, JUNIOR)
            )
            yield from (_Fit(other, TURNED) for other in others)
        for other in self._by_user_id[as_user_id(name)] if as_user_id(name) else ():
            if other is not group:
                yield _Fit(other, _USER_ID)


def _conflict(fits: Sequence[_Fit]) -> bool:
    """Whether two of those that fit are two people."""
    return any(relation(one.group.name, other.group.name) is None for one, other in combinations(fits, 2))


def _keys(fits: Sequence[_Fit]) -> tuple[int, ...]:
    return tuple(fit.group.main.key for fit in fits)
