"""What words in names of procedures mean: `data/words/<language>.yaml` and `data/procedure_kinds.yaml`, typed and indexed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from doseloop.model.errors import SetupError
from doseloop.reference.data_yaml import parsed
from doseloop.reference.names import normalised

Slot = Literal["region", "kind", "contrast", "age", "side", "silent"]
EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase says: for each thing that it speaks of, its values."""

    says: frozenset[tuple[Slot, str]]

    def of(self, slot: Slot) -> frozenset[str]:
        """The values of one thing."""
        return frozenset(value for about, value in self.says if about == slot)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of procedure, and what it means for a name."""

    key: str
    modalities: frozenset[str]
    includes: frozenset[str]
    """Kinds whose words may stand beside it; `EVERYTHING` for all."""
    regions: frozenset[str]
    """What it covers where no region is named."""
    reads: Mapping[str, str]
    """Regions that a word means beside it, where it means another elsewhere."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Phrases of all languages together, and the kinds of procedures."""

    phrases: Mapping[tuple[str, ...], Meaning]
    in_modality: Mapping[str, Mapping[tuple[str, ...], Meaning]]
    """What phrases mean in names of one modality alone: `ap` is a direction of a radiograph, and abdomen and pelvis of a CT."""
    longest: int
    """Words of the longest phrase."""
    kinds: Mapping[str, Kind]
    """In order of weight."""
    usual: Mapping[str, str]
    without_and_with: Mapping[str, str]
    """What a kind becomes where a name says that it was done without and with contrast medium."""
    reads: Mapping[str, str]
    """The region that a word means, where a kind does not read it otherwise."""
    families: Mapping[str, str]

    @cached_property
    def words(self) -> Mapping[str, Meaning]:
        """The phrases of one word."""
        return {phrase[0]: meaning for phrase, meaning in self.phrases.items() if len(phrase) == 1}

    def meaning(self, phrase: tuple[str, ...], family: str) -> Meaning | None:
        """What a phrase means in a family of modalities, None where it is not known."""
        return self.in_modality.get(family, {}).get(phrase) or self.phrases.get(phrase)

    def family(self, modality: str) -> str:
        """The modality whose names are of the same family."""
        return self.families.get(modality, modality)


@cache
def vocabulary() -> Vocabulary:
    """The words in the package."""
    data = files("doseloop.reference") / "data"
    languages = sorted((data / "words").iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in languages if file.name.endswith(".yaml")]
    return parsed_vocabulary(texts, (data / "procedure_kinds.yaml").read_text("utf-8"))


def parsed_vocabulary(languages: list[str], kinds: str) -> Vocabulary:
    """A vocabulary from YAML texts; `SetupError` where a kind is not in the table."""
    known: dict[str, Any] = parsed(kinds)
    read = [parsed(text) for text in languages]
    phrases = _said(read, known["kinds"])
    families = {family for language in read for family in language.get("in_modality", {})}
    only = {
        family: _said([one.get("in_modality", {}).get(family, {}) for one in read], known["kinds"])
        for family in families
    }
    return Vocabulary(
        phrases=MappingProxyType(phrases),
        in_modality=MappingProxyType(only),
        longest=max(map(len, phrases)),
        kinds=MappingProxyType({key: _kind(key, entry) for key, entry in known["kinds"].items()}),
        usual=MappingProxyType(known["usual"]),
        without_and_with=MappingProxyType(known["without_and_with"]),
        reads=MappingProxyType(known["reads"]),
        families=MappingProxyType(known["families"]),
    )


def _said(languages: list[dict[str, Any]], kinds: Mapping[str, Any]) -> dict[tuple[str, ...], Meaning]:
    said: dict[tuple[str, ...], set[tuple[Slot, str]]] = {}
    for language in languages:
        for phrase, slot, value in _entries(language):
            if slot == "kind" and value not in kinds:
                raise SetupError(f"The word {' '.join(phrase)!r} means a kind {value!r} that there is not.")
            said.setdefault(phrase, set()).add((slot, value))
    return {phrase: Meaning(frozenset(says)) for phrase, says in said.items()}


_SECTIONS: tuple[tuple[str, Slot], ...] = (
    ("regions", "region"),
    ("kinds", "kind"),
    ("contrast", "contrast"),
    ("ages", "age"),
    ("sides", "side"),
)


def _entries(language: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Slot, str]]:
    for section, slot in _SECTIONS:
        for value, phrases in language.get(section, {}).items():
            for phrase in phrases:
                yield _words(phrase), slot, value
    for together, phrases in language.get("together", {}).items():
        for phrase in phrases:
            for region in together.split("+"):
                yield _words(phrase), "region", region
    for phrase in language.get("silent", ()):
        yield _words(phrase), "silent", ""


def _words(phrase: str) -> tuple[str, ...]:
    words = tuple(normalised(str(phrase)).split())
    if not words:
        raise SetupError(f"The phrase {phrase!r} has no word.")
    return words


def _kind(key: str, entry: Mapping[str, Any]) -> Kind:
    includes = entry.get("includes", ())
    return Kind(
        key=key,
        modalities=frozenset(entry["modalities"]),
        includes=frozenset((EVERYTHING,)) if includes == EVERYTHING else frozenset(includes),
        regions=frozenset(entry.get("regions", ())),
        reads=MappingProxyType(entry.get("reads", {})),
    )
