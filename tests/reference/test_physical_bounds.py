"""The most that values can be: data that follows its schema, of fields that there are."""

import json
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest
import yaml

from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.dose_object import CtTotals, PatientAtStudy
from doseloop.model.mr import MrSeries
from doseloop.model.projection import PlaneTotals, ProjectionEvent
from doseloop.model.tracer import Administration
from doseloop.reference.physical_bounds import bounds_of

DATA = Path(__file__).parents[2] / "src/doseloop/reference/data"
RECORDS = {
    "ct_event": CtEvent,
    "ct_source": CtSource,
    "projection_event": ProjectionEvent,
    "ct_totals": CtTotals,
    "plane_totals": PlaneTotals,
    "administration": Administration,
    "mr_series": MrSeries,
    "patient": PatientAtStudy,
    "adult": PatientAtStudy,
}


def test_the_data_follows_its_schema() -> None:
    schema = json.loads((DATA / "physical_bounds.schema.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load((DATA / "physical_bounds.yaml").read_text("utf-8")), schema)


@pytest.mark.parametrize("record", RECORDS)
def test_every_bound_is_of_a_field_that_there_is(record: str) -> None:
    assert set(bounds_of(record)) <= {one.name for one in fields(RECORDS[record])}
