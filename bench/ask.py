"""How long plans take to their answers on a large record: `python bench/ask.py [EXAMS]` prints milliseconds by question as JSON.

Wall time of `answered`, engines warm, and time of all processors (`_cpu`); the record is that of `bench.facts`.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

NOW = datetime(2025, 12, 31, 10)
_HEAD = [
    {"field": "modality", "op": "in", "value": ["CT"]},
    {"field": "procedure", "op": "in", "value": ["CT 0"]},
]
_CT = _HEAD[:1]
_MEDIAN = [{"stat": "median", "quantity": "dlp"}]
PLANS: dict[str, dict[str, Any]] = {
    "median DLP of a procedure, last month": {
        "metrics": _MEDIAN,
        "filters": _HEAD,
        "time": {"kind": "calendar", "unit": "month", "offset": -1},
    },
    "median DLP of a procedure by scanner, a year": {"metrics": _MEDIAN, "filters": _HEAD, "group_by": ["scanner"]},
    "usual figures by procedure, a year": {"filters": _CT, "group_by": ["procedure"]},
    "usual figures of a procedure, all years": {"filters": _HEAD, "time": {"kind": "all"}},
    "CTDIvol by week and scanner, a year": {
        "metrics": [{"stat": "median", "quantity": "ctdivol"}],
        "filters": _HEAD,
        "group_by": ["scanner"],
        "grain": "week",
    },
    "count by month, all years": {"metrics": [{"stat": "count"}], "grain": "month", "time": {"kind": "all"}},
    "over 80 kg, beside the year before": {
        "metrics": _MEDIAN,
        "filters": [*_HEAD, {"field": "weight_kg", "op": "gt", "value": 80}],
        "compare": [{"kind": "period", "source": "previous"}],
    },
    "top ten by DLP, a year": {
        "intent": "list",
        "metrics": [{"stat": "value", "quantity": "dlp"}],
        "filters": _CT,
        "order": {"by": "dlp", "dir": "desc"},
        "limit": 10,
    },
    "share under 130 kV, a year": {
        "metrics": [{"stat": "share"}],
        "filters": [*_CT, {"field": "kvp", "op": "lt", "value": 130}],
    },
    "repeats by scanner, last month": {
        "metrics": [{"stat": "repeat_count"}],
        "group_by": ["scanner"],
        "time": {"kind": "calendar", "unit": "month", "offset": -1},
    },
    "median DLP of every CT, all years": {"metrics": _MEDIAN, "filters": _CT, "time": {"kind": "all"}},
}
TIMES = 5


def measure(exams: int = 1_000_000) -> dict[str, float]:
    """Milliseconds by question, and the 95th percentile over all of them, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, str(exams)], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure_here(exams: int) -> dict[str, float]:
    """The same in this process."""
    from bench.facts import make_record

    with tempfile.TemporaryDirectory(prefix="doseloop-bench-") as folder:
        make_record(Path(folder), exams)
        return {"exams": exams, **_measure(Path(folder))}


def table(found: dict[str, float]) -> str:
    """The figures as lines."""
    return "\n".join(f"  {name:<60} {figure:10.1f}" for name, figure in found.items())


def _measure(data: Path) -> dict[str, float]:
    from doseloop.access.scope import SYSTEM
    from doseloop.ask.answering import answered
    from doseloop.ask.plan import plan_of
    from doseloop.facts.copy import refresh
    from doseloop.facts.engine import Facts
    from doseloop.facts.paths import FactsPaths

    facts = Facts(FactsPaths.in_data(data))
    refresh(facts.paths)
    figures: dict[str, float] = {}
    every: list[float] = []
    for name, plan in PLANS.items():
        answered(plan_of(plan), SYSTEM, facts, NOW)
        walls = []
        cpu = time.process_time()
        for _ in range(TIMES):
            begun = time.perf_counter()
            answered(plan_of(plan), SYSTEM, facts, NOW)
            walls.append((time.perf_counter() - begun) * 1000)
        figures[name] = sorted(walls)[TIMES // 2]
        figures[f"{name} _cpu"] = (time.process_time() - cpu) * 1000 / TIMES
        every += walls
    return {**figures, "95th percentile of all": sorted(every)[int(len(every) * 0.95)]}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    print(json.dumps(measure_here(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000), indent=1))
