"""An answer for programs: the plan, the figures in their own units, unrounded, and everything that is said beside them."""

from dataclasses import asdict
from typing import Any

from doseloop.ask.answer import Answer, Table


def as_json(answer: Answer) -> dict[str, Any]:
    """Dates and moments as ISO text where `json.dumps` has `default=str`-like help; names are those of `ask.answer`."""
    held = asdict(answer)
    held["table"] = _table(answer.table)
    held["comparisons"] = [{**asdict(one), "table": _table(one.table)} for one in answer.comparisons]
    held.pop("chart")
    return held


def _table(table: Table) -> dict[str, Any]:
    return {"columns": [asdict(one) for one in table.columns], "rows": table.records(), "total": table.total}
