"""The catalogue of standard procedures that comes with Doseloop: `data/procedures.yaml`, typed and indexed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from doseloop.model.errors import SetupError
from doseloop.model.procedure import Procedure
from doseloop.reference.data_yaml import parsed
from doseloop.reference.names import comparable, normalised, readings

_FAMILIES = {"XA": "projection", "RF": "projection"}


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Procedures by key and, for each family of modalities, by every name that they have."""

    procedures: MappingProxyType[str, Procedure]
    index: MappingProxyType[tuple[str, str], str]
    """(family of modality, comparable name) to key."""
    by_words: MappingProxyType[tuple[str, str, frozenset[str] | None], str]
    """(modality, kind, regions) as words name them to key."""
    neutral_endings: frozenset[str]
    region_words: MappingProxyType[str, frozenset[str]]
    """Normalised words of coded regions to our regions; what is not here says nothing."""

    def find(self, name: str, modality: str) -> Procedure | None:
        """The procedure that has exactly this name; XA and RF are one family. None where none has."""
        for reading in readings(name, self.neutral_endings):
            key = self.index.get((family(modality), reading))
            if key is not None:
                return self.procedures[key]
        return None

    def named_by_words(self, modality: str, kind: str, regions: frozenset[str]) -> str | None:
        """The procedure of a kind and regions, None where there is none."""
        own = self.by_words.get((modality, kind, regions))
        return own or self.by_words.get((modality, kind, None))

    def regions_of(self, coded: Iterable[str]) -> frozenset[str]:
        """Our regions of what is coded (meanings of a target region, Body Part Examined)."""
        return frozenset().union(*(self.region_words.get(normalised(one), ()) for one in coded))

    def name_of(self, key: str, language: str = "en") -> str:
        """The plain name of a procedure, English where the language has none; the key itself of a site's own."""
        found = self.procedures.get(key)
        return key if found is None else found.names.get(language, found.names["en"])


def family(modality: str) -> str:
    """Modalities that share their names: XA and RF are `projection`, others stand for themselves."""
    return _FAMILIES.get(modality, modality)


def level_modality(procedure: str) -> str:
    """The modality of a procedure of the catalogue as reference levels sort it: RF and XA are one. Errors: `KeyError`."""
    modality = catalogue().procedures[procedure].modality
    return "XA" if modality == "RF" else modality


@cache
def catalogue() -> Catalogue:
    """The catalogue in the package."""
    return parsed_catalogue((files("doseloop.reference") / "data" / "procedures.yaml").read_text("utf-8"))


def parsed_catalogue(text: str) -> Catalogue:
    """A catalogue from YAML; `SetupError` where one name belongs to two procedures of a family."""
    data: dict[str, Any] = parsed(text)
    neutral = frozenset(data["neutral_endings"])
    procedures = {key: _procedure(key, entry) for key, entry in data["procedures"].items()}
    index: dict[tuple[str, str], str] = {}
    for one in procedures.values():
        for name in (*one.names.values(), *one.aliases):
            _enter(index, (family(one.modality), comparable(name, neutral)), one.key)
    by_words: dict[tuple[str, str, frozenset[str] | None], str] = {}
    for one in procedures.values():
        for kind, regions in one.means:
            if by_words.setdefault((one.modality, kind, regions), one.key) != one.key:
                raise SetupError(
                    f"{kind} of {sorted(regions or ())} is {by_words[one.modality, kind, regions]} and {one.key}."
                )
    return Catalogue(
        MappingProxyType(procedures),
        MappingProxyType(index),
        MappingProxyType(by_words),
        neutral,
        MappingProxyType({words: _regions(meant) for words, meant in data["regions"].items()}),
    )


def _procedure(key: str, entry: dict[str, Any]) -> Procedure:
    return Procedure(
        key=key,
        modality=entry["modality"],
        regions=frozenset(entry["regions"]),
        names=MappingProxyType({"en": entry["en"], "de": entry["de"]}),
        aliases=tuple(str(alias) for alias in entry["aliases"]),
        means=tuple(_meant(str(one)) for one in entry.get("means", ())),
    )


def _regions(meant: str | list[str]) -> frozenset[str]:
    return frozenset((meant,) if isinstance(meant, str) else meant)


def _meant(words: str) -> tuple[str, frozenset[str] | None]:
    """`routine abdomen+pelvis`; `biopsy *` for every region."""
    kind, _, regions = words.partition(" ")
    return kind, None if regions == "*" else frozenset(regions.split("+"))


def _enter(index: dict[tuple[str, str], str], place: tuple[str, str], key: str) -> None:
    if index.setdefault(place, key) != key:
        raise SetupError(f"The name {place[1]!r} belongs to {index[place]} and to {key}.")
