"""Words of names of procedures: data that follows its schema, and one language says as much as another."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from doseloop.model.errors import SetupError
from doseloop.reference.procedure_words import parsed_vocabulary, vocabulary
from doseloop.reference.procedures import catalogue

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
LANGUAGES = sorted(path.stem for path in (DATA / "words").glob("*.yaml"))


def read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text("utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_language_follow_their_schema(language: str) -> None:
    words = read(f"words/{language}.yaml")
    jsonschema.validate(words, json.loads((DATA / "words.schema.json").read_text("utf-8")))
    assert words["language"] == language


def test_the_kinds_follow_their_schema_and_name_one_another() -> None:
    kinds = read("procedure_kinds.yaml")
    jsonschema.validate(kinds, json.loads((DATA / "procedure_kinds.schema.json").read_text("utf-8")))
    named = {name for one in kinds["kinds"].values() if one.get("includes", "*") != "*" for name in one["includes"]}
    assert named | set(kinds["without_and_with"].values()) <= set(kinds["kinds"]) | {"routine"}


@pytest.mark.parametrize("section", ["kinds", "contrast", "ages", "sides"])
def test_german_has_words_for_what_english_has(section: str) -> None:
    # What both languages write alike stands in English alone.
    alike = {"pet", "coronary", "tavi"}
    assert set(read("words/en.yaml")[section]) - alike <= set(read("words/de.yaml")[section]) | alike


def test_german_has_words_for_every_region() -> None:
    assert set(read("words/en.yaml")["regions"]) - {"skull", "thigh"} <= set(read("words/de.yaml")["regions"])


def test_every_kind_and_region_of_the_catalogue_has_words() -> None:
    said = {(slot, value) for meaning in vocabulary().phrases.values() for slot, value in meaning.says}
    reads = set(vocabulary().reads.values())
    for _, kind, regions in catalogue().by_words:
        assert ("kind", kind) in said or kind in {*vocabulary().usual.values(), *vocabulary().without_and_with.values()}
        assert all(("region", region) in said or region in reads for region in regions or ())


def test_a_word_for_a_kind_that_there_is_not_is_refused() -> None:
    kinds = (DATA / "procedure_kinds.yaml").read_text("utf-8")
    with pytest.raises(SetupError, match="means a kind 'dance' that there is not"):
        parsed_vocabulary(["kinds: {dance: [tango]}"], kinds)


def test_a_phrase_may_mean_something_else_in_one_modality() -> None:
    words = vocabulary()
    assert words.meaning(("ap",), "CT").of("region") == {"abdomen", "pelvis"}  # type: ignore[union-attr]
    assert words.meaning(("ap",), "DX").of("silent") == {""}  # type: ignore[union-attr]
    assert words.meaning(("ap",), "PT") is None
