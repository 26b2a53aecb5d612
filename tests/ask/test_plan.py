"""The plan is the schema that the questions are written against, and takes nothing else."""

import json
import math
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from doseloop.ask import validity
from doseloop.ask.plan import Between, Filter, Metric, Plan, canonical, plan_of
from doseloop.model.errors import UnusableInput
from tests.shared import shared

CT_HEAD = {"field": "procedure", "op": "in", "value": ["CT Head"]}


def test_plan_has_the_schema_of_the_questions() -> None:
    schema = json.loads(shared("ask/plan.schema.json").read_text("utf-8"))
    assert _without_descriptions(Plan.model_json_schema()) == schema


def test_every_plan_of_the_questions_is_read_and_written_back() -> None:
    lines = shared("ask/questions.jsonl").read_text("utf-8").splitlines()
    plans = [one["expect"]["plan"] for one in map(json.loads, lines) if "plan" in one["expect"]]
    assert len(plans) > 90
    for plan in plans:
        assert plan_of(canonical(plan_of(plan))).model_dump(mode="json") == plan


def test_plan_of_nothing_asks_for_the_usual_figures() -> None:
    assert plan_of({}) == Plan()
    assert canonical(Plan()) == {}


def test_equal_meanings_have_one_canonical_form() -> None:
    one = Plan(
        filters=[Filter(field="scanner", op="in", value=["CT2", "CT1"])],
        metrics=[Metric(stat="median", quantity="dlp")],
    )
    other = plan_of(
        {
            "metrics": [{"stat": "median", "quantity": "dlp"}],
            "filters": [{"field": "scanner", "op": "in", "value": ["CT1", "CT2"]}],
        }
    )
    assert canonical(one) == canonical(other)


def test_ends_of_between_keep_their_order() -> None:
    plan = Plan(filters=[Filter(field="age_years", op="between", value=[40, 5])])
    assert canonical(plan)["filters"][0]["value"] == [40, 5]


def test_dates_are_days() -> None:
    time = {"kind": "between", "start": "2026-03-01", "end": "2026-04-01"}
    assert plan_of({"time": time}).time == Between(kind="between", start=date(2026, 3, 1), end=date(2026, 4, 1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sql": "DROP TABLE exams"},
        {"intent": "delete"},
        {"metrics": [{"stat": "median", "quantity": "dlp; --"}]},
        {"metrics": [{"stat": "median"}] * 7},
        {"group_by": ["patient_name"]},
        {"filters": [{"field": "patient_id", "op": "in", "value": ["1"]}]},
        {"filters": [CT_HEAD] * 13},
        {"filters": [{**CT_HEAD, "value": "CT Head"}]},
        {"filters": [{**CT_HEAD, "value": {"$gt": ""}}]},
        {"filters": [{"field": "dlp", "op": "gt", "value": math.nan}]},
        {"filters": [{"field": "dlp", "op": "gt", "value": "500"}]},
        {"time": {"kind": "last", "n": "6", "unit": "week"}},
        {"time": {"kind": "last", "n": 10**9, "unit": "week"}},
        {"time": {"kind": "calendar", "unit": "month", "offset": 1}},
        {"time": {"kind": "between", "start": "2026-02-30", "end": "2026-04-01"}},
        {"order": {"by": "dlp desc", "dir": "desc"}},
        {"limit": 0},
        {"limit": True},
        {"limit": 1001},
        [],
        "aggregate",
        None,
    ],
)
def test_what_is_no_plan_is_refused(wrong: object) -> None:
    with pytest.raises(UnusableInput, match="no plan"):
        plan_of(wrong)


def test_refusal_repeats_no_value() -> None:
    with pytest.raises(UnusableInput) as caught:
        plan_of({"intent": "<script>", "filters": [{"field": "Jane Doe", "op": "in", "value": []}]})
    assert "script" not in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_plan_that_was_made_does_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Plan().limit = 5  # type: ignore[misc]


def _without_descriptions(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {key: _without_descriptions(value) for key, value in schema.items() if key != "description"}
    return [_without_descriptions(one) for one in schema] if isinstance(schema, list) else schema


def test_every_reason_of_a_refusal_is_one_that_is_known() -> None:
    folder = Path(validity.__file__).parent
    found = {
        reason
        for path in folder.rglob("*.py")
        for reason in re.findall(r'NotAnswerable\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert found
    assert found <= validity.REASONS
