"""What the names of a department tell of each other: the modality of a scanner or procedure, the procedure of a region."""

from dataclasses import dataclass
from functools import cached_property

from doseloop.ask.cover import covers
from doseloop.ask.matching import Chunk
from doseloop.ask.vocabulary import Vocabulary, vocabulary


@dataclass(frozen=True)
class KnownNames:
    """The department behind a vocabulary."""

    vocabulary: Vocabulary

    @cached_property
    def modality_of_scanner(self) -> dict[str, str]:
        """Modality by scanner."""
        return {one.name: one.modality for one in self.vocabulary.department.scanners}

    @cached_property
    def modality_of_procedure(self) -> dict[str, str]:
        """Modality by procedure."""
        return {name: modality for modality, name in self.vocabulary.department.procedures}

    @cached_property
    def modalities(self) -> tuple[str, ...]:
        """Modalities of the department."""
        return self.vocabulary.department.modalities()

    @cached_property
    def procedure_of_region(self) -> dict[tuple[str, str], str]:
        """Procedures whose name is a modality and a region and nothing else, by both; names may be English in any language."""
        found: dict[tuple[str, str], str] = {}
        for modality, name in self.vocabulary.department.procedures:
            for row in self._named(name):
                kinds = sorted(one.kind for one in row)
                if kinds in (["modality", "region"], ["region"]):
                    region = next(one.value for one in row if one.kind == "region")
                    found.setdefault((modality, region), name)
        return found

    @cached_property
    def regions_of_radiography(self) -> frozenset[str]:
        """Regions that a procedure of radiography names, alone or with a projection."""
        named = (name for modality, name in self.vocabulary.department.procedures if modality == "DX")
        words = [chunk.value for name in named for place in self._regions(name) for chunk in place]
        return frozenset(words)

    @cached_property
    def _languages(self) -> tuple[Vocabulary, ...]:
        english = vocabulary("en", self.vocabulary.department)
        return (self.vocabulary,) if self.vocabulary.language.code == "en" else (self.vocabulary, english)

    def _named(self, name: str) -> list[tuple[Chunk, ...]]:
        rows: list[tuple[Chunk, ...]] = []
        for one in self._languages:
            found = one.matcher(one.tokens(name)).all
            parts = tuple(tuple(chunk for chunk in place if chunk.kind in ("modality", "region")) for place in found)
            rows += [row for _, row in covers(parts)] if parts else []
        return rows

    def _regions(self, name: str) -> list[tuple[Chunk, ...]]:
        places = [place for one in self._languages for place in one.matcher(one.tokens(name)).all]
        return [tuple(chunk for chunk in place if chunk.kind == "region") for place in places]

    def modalities_with(self, region: str) -> tuple[str, ...]:
        """Modalities that have exams of a region."""
        of_procedures = {
            modality for modality, one in self.procedure_of_region if one == region or region in one.split("+")
        }
        if region in self.regions_of_radiography:
            of_procedures.add("DX")
        return tuple(one for one in self.modalities if one in of_procedures)
