"""All phrases that a question may be made of: the words of a language and the names of a department."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from doseloop.ask.department import Department
from doseloop.ask.entities import name_trees
from doseloop.ask.language import Language, language
from doseloop.ask.matching import Matcher
from doseloop.ask.pattern import Node
from doseloop.ask.text import Token, tokens

_PEOPLE: Final = ("operator", "physician")
_NAMED: Final = (
    "scanner", "site", "procedure", "protocol", "region", "modality", "quantity", "_reference", "_weekday", "_head", "_chest",
    "_abdomen", "_pelvis", "manufacturer",
)  # fmt: skip
_SHORT: Final = 4
_UNITS_AFTER_A: Final = frozenset(("hour", "day", "week", "month", "quarter", "year"))


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language and the names of one department."""

    language: Language
    department: Department

    @cached_property
    def trees(self) -> dict[str, Node]:
        """Every phrase by kind."""
        named = name_trees(self.department, self.language)
        shared = self.language.trees
        return {**shared, **{kind: _merged(shared.get(kind, Node()), names) for kind, names in named.items()}}

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Words that stand in a phrase, without those of people's names: those are never put into a question."""
        people = {word for kind in _PEOPLE if kind in self.trees for word in self.trees[kind].literal_words()}
        others = {word for kind, tree in self.trees.items() if kind not in _PEOPLE for word in tree.literal_words()}
        return frozenset(others - (people - others)) | self.counted_words

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Every word of a phrase, people's names too."""
        return frozenset(word for tree in self.trees.values() for word in tree.literal_words()) | self.counted_words

    @cached_property
    def own_words(self) -> frozenset[str]:
        """Words of the language's lists alone: none of them is there because of a name of the department."""
        listed = (word for tree in self.language.trees.values() for word in tree.literal_words())
        return frozenset(listed) | self.counted_words

    @cached_property
    def counted_words(self) -> frozenset[str]:
        """Words for numbers and months."""
        counted = self.language.counted
        return frozenset((*counted.numbers, *counted.ordinals, *counted.months))

    @cached_property
    def plain_words(self) -> tuple[str, ...]:
        """The known words without digits or signs, and those without a meaning that are long enough to be told from them."""
        silent = (word for word in self.language.silent if len(word) > _SHORT)
        return tuple(sorted({*(word for word in self.known_words if word.isalpha()), *silent}))

    @cached_property
    def places(self) -> frozenset[str]:
        """Words of the names of scanners and sites."""
        kinds = (one for one in ("scanner", "site") if one in self.trees)
        return frozenset(word for kind in kinds for word in self.trees[kind].literal_words())

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that may be written with a capital: of names that are not people's, parts of the body, quantities, months."""
        named = frozenset(word for kind in _NAMED if kind in self.trees for word in self.trees[kind].literal_words())
        return (named & self.known_words) | frozenset(self.language.counted.months)

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The tokens of a question that bear a meaning."""
        return self.bearing(tokens(text, self.language.contractions))

    def bearing(self, found: tuple[Token, ...]) -> tuple[Token, ...]:
        """Those of the tokens that bear a meaning; "a day" keeps its article, since it may be "per day"."""
        bearing: list[Token] = []
        comma = False
        for at, one in enumerate(found):
            comma = comma or one.comma
            if self._bears(found, at):
                bearing.append(replace(one, comma=comma))
                comma = False
        return tuple(bearing)

    def _bears(self, found: tuple[Token, ...], at: int) -> bool:
        one = found[at].text
        then = found[at + 1].text if at + 1 < len(found) else ""
        return one not in self.language.silent or (one in ("a", "an") and then in _UNITS_AFTER_A)

    def matcher(self, given: tuple[Token, ...]) -> Matcher:
        """The phrases in these tokens."""
        return Matcher(self.trees, self.language.counted.finders(), given)


def vocabulary(code: str, department: Department) -> Vocabulary:
    """The vocabulary of a language in a department."""
    return Vocabulary(language(code), department)


def _merged(one: Node, other: Node) -> Node:
    """A tree of the phrases of both, which stay as they are."""
    both = Node()
    for tree in (one, other):
        _merge(both, tree)
    return both


def _merge(into: Node, other: Node) -> None:
    into.ends.extend(phrase for phrase in other.ends if phrase not in into.ends)
    for word, node in other.words.items():
        _merge(into.words.setdefault(word, Node()), node)
    for slot, node in other.slots.items():
        _merge(into.slots.setdefault(slot, Node()), node)
