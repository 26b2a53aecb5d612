"""How far scans reach: data that follows its schema and knows every CT procedure once."""

import json
from collections import Counter
from itertools import product
from pathlib import Path

import jsonschema
import yaml

from doseloop.reference.procedures import catalogue
from doseloop.reference.scan_ranges import scan_ranges

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
FILE = yaml.safe_load((DATA / "scan_ranges.yaml").read_text("utf-8"))
CT = {key for key, one in catalogue().procedures.items() if one.modality == "CT"}


def test_the_data_follows_its_schema() -> None:
    jsonschema.validate(FILE, json.loads((DATA / "scan_ranges.schema.json").read_text("utf-8")))


def test_every_ct_procedure_stands_in_it_once() -> None:
    named = Counter(key for group in FILE["groups"] for key in group["procedures"]) + Counter(FILE["any"])
    assert named == Counter(CT)
    assert scan_ranges().keys() == CT - set(FILE["any"])


def test_what_is_least_usual_and_most_rises() -> None:
    for key, reach in scan_ranges().items():
        if reach.usual_mm is not None and reach.most_mm is not None:
            assert reach.least_mm < reach.usual_mm < reach.most_mm, key


def test_who_covers_more_may_reach_further() -> None:
    procedures = {key: one for key, one in catalogue().procedures.items() if key in scan_ranges()}
    for (small, one), (large, other) in product(procedures.items(), repeat=2):
        if one.regions < other.regions and "spine" not in other.regions:
            least, most = scan_ranges()[small], scan_ranges()[large]
            assert most.most_mm is None or (least.most_mm or 0) <= most.most_mm, (small, large)


def test_kinds_that_have_phases_have_two_acquisitions_at_least() -> None:
    for key in CT:
        phased = key.endswith(("-two-phase", "-multiphase"))
        assert phased == (key in scan_ranges() and scan_ranges()[key].least_acquisitions > 1), key
