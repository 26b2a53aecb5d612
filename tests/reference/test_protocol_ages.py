"""Words that say for whom a protocol is made: data that follows its schema, and names as scanners have them."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from doseloop.reference.names import normalised
from doseloop.reference.protocol_ages import made_for

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"


def test_the_words_follow_their_schema_are_normalised_and_stand_once() -> None:
    entries = yaml.safe_load((DATA / "protocol_ages.yaml").read_text("utf-8"))
    jsonschema.validate(entries, json.loads((DATA / "protocol_ages.schema.json").read_text("utf-8")))
    words = [word for one in entries for kind in ("adult", "child") for word in one[kind]]
    assert [word for word in words if normalised(word) != word] == []
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("name", "whom"),
    [
        ("Head^HeadRoutine (Adult)", "adult"),
        ("1.1 Head_Routine [Erwachsener]", "adult"),
        ("Abdomen Erw.", "adult"),
        ("Tête adulte", "adult"),
        ("Brzuch dorosły", "adult"),
        ("ThoraxAdult", "adult"),
        ("PedHead^01_PedHeadRoutine (Child)", "child"),
        ("Thorax Säugling", "child"),
        ("Abdomen (Kind)", "child"),
        ("Head", ""),
        ("", ""),
        ("Adult and child head", ""),
        ("Kindling", ""),
    ],
)
def test_a_name_says_for_whom_it_is_made(name: str, whom: str) -> None:
    assert made_for(name) == whom
