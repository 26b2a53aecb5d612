"""Words of phantoms and tests: data that follows its schema, compared as whole words."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from doseloop.reference.names import normalised
from doseloop.reference.test_words import names_a_test, protocol_word

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"


def test_the_words_follow_their_schema_and_are_normalised() -> None:
    entries = yaml.safe_load((DATA / "test_words.yaml").read_text("utf-8"))
    jsonschema.validate(entries, json.loads((DATA / "test_words.schema.json").read_text("utf-8")))
    assert {one["language"] for one in entries} == {"de", "en"}
    phrases = [word for one in entries for kind in ("people", "protocols", "never") for word in one[kind]]
    assert [word for word in phrases if normalised(word) != word] == []


@pytest.mark.parametrize(
    "text",
    ["QA Daily", "Konstanzprüfung Röhre 1", "1.1 ACR_Phantom (Adult)", "AirCalibration", "Prüfkörper 20 cm PMMA", "QC"],
)
def test_a_protocol_of_a_test_is_known(text: str) -> None:
    assert protocol_word(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CT Thorax",
        "Stress test",
        "Test bolus",
        "Phantomschmerz Bein",
        "Phantom limb pain",
        "Iraqa",
        "Aquilion routine",
    ],
)
def test_a_protocol_of_a_patient_is_left_alone(text: str) -> None:
    assert protocol_word(text) == ""


@pytest.mark.parametrize("text", ["PHANTOM^HEAD", "Test^Patient", "QA-2026-01", "Prüfkörper^^^^"])
def test_a_name_or_number_of_a_phantom_is_known(text: str) -> None:
    assert names_a_test(text)


@pytest.mark.parametrize("text", ["Testa^Maria", "Okafor^Amara", "MRN204000", "", "Quality^"])
def test_a_name_of_a_person_is_left_alone(text: str) -> None:
    assert not names_a_test(text)
