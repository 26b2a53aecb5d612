"""The items that the standard names: data that follows its schema, of fields that there are."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
import yaml

from doseloop.assess.completeness import _CONDITIONS
from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_item import DoseItem
from doseloop.model.dose_object import CtTotals, DoseObject, Equipment, ObjectKind, PatientAtStudy
from doseloop.model.mr import MrSeries
from doseloop.model.projection import BreastExposure, PlaneTotals, ProjectionEvent
from doseloop.model.tracer import Administration
from doseloop.reference.dose_items import dose_items, items_of

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
RECORDS = {
    "": DoseObject,
    "ct_totals": CtTotals,
    "ct_events": CtEvent,
    "ct_events.sources": CtSource,
    "plane_totals": PlaneTotals,
    "projection_events": ProjectionEvent,
    "administrations": Administration,
    "mr_series": MrSeries,
    "equipment": Equipment,
    "patient": PatientAtStudy,
    "breast": BreastExposure,
}


def test_the_data_follows_its_schema() -> None:
    schema = json.loads((DATA / "dose_items.schema.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load((DATA / "dose_items.yaml").read_text("utf-8")), schema)


@pytest.mark.parametrize("item", dose_items(), ids=lambda item: f"{item.template} {item.field}")
def test_an_item_is_of_a_field_and_a_condition_that_there_are(item: DoseItem) -> None:
    *within, name = item.field.split(".")
    record = RECORDS[within[0] if within else item.of]
    assert name in {field.name for field in fields(record)}
    assert item.when in {"", *_CONDITIONS}
    assert set(item.kinds) <= set(get_args(ObjectKind))


def test_no_required_item_of_a_kind_stands_twice() -> None:
    for kind in get_args(ObjectKind):
        keys = [(item.of, item.field) for item in items_of(kind) if item.required]
        assert len(keys) == len(set(keys))
