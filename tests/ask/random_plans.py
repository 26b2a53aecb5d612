"""Plans of every kind that words can say, drawn at random."""

from datetime import date, timedelta
from random import Random
from typing import Any

from doseloop.ask.plan import Plan
from doseloop.ask.planning.ordering import order_name
from tests.ask.questioned import DEPARTMENT

_QUANTITIES = {
    "CT": ("ctdivol", "dlp", "ssde", "effective_dose"),
    "XA": ("kap", "kar", "fluoro_time", "psd"),
    "MG": ("agd",),
    "DX": ("kap",),
}
_STATS = ("median", "mean", "min", "max", "p25", "p75", "p90", "p95", "p99", "sd", "iqr", "default")
_FIELD = {"kar": "kar_mgy", "psd": "psd_mgy"}
_GROUPS = (
    "scanner",
    "site",
    "operator",
    "physician",
    "sex",
    "age_group",
    "weight_band",
    "weekday",
    "hour_of_day",
    "protocol",
)
_REFERENCES = ("local_drl", "national_drl", "achievable_dose", "typical_value", "alert_level")


def random_plan(random: Random) -> Plan:
    """One plan; the modality is always among its filters."""
    modality = random.choice(tuple(_QUANTITIES))
    kind = random.choice(("figures", "figures", "figures", "count", "exceed", "list", "distribution", "outliers"))
    parts: dict[str, Any] = {"filters": _filters(random, modality), "time": _time(random), "compare": []}
    parts |= _KINDS[kind](random, modality)
    several = [one for one in parts["filters"] if one["field"] == "procedure" and len(one["value"]) > 1]
    if kind in ("figures", "count", "exceed", "list") and several and "procedure" not in parts.get("group_by", []):
        parts["group_by"] = [*parts.get("group_by", []), "procedure"]
        if kind == "list":
            several[0]["value"] = several[0]["value"][:1]
            parts["group_by"] = []
    if kind in ("distribution", "outliers") and several:
        several[0]["value"] = several[0]["value"][:1]
    return Plan.model_validate(parts)


def _filters(random: Random, modality: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"field": "modality", "op": "in", "value": [modality]}]
    for field, names in (
        ("procedure", [name for one, name in DEPARTMENT.procedures if one == modality]),
        ("scanner", [one.name for one in DEPARTMENT.scanners if one.modality == modality]),
        ("site", list(DEPARTMENT.sites)),
        ("operator", list(DEPARTMENT.operators)),
        ("sex", ["F", "M"]),
    ):
        if names and random.random() < 0.25:
            n = 1 if field == "sex" else random.randint(1, min(2, len(names)))
            found.append({"field": field, "op": "in", "value": random.sample(names, n)})
    if random.random() < 0.15:
        found.append({"field": "contrast", "op": "in", "value": [random.random() < 0.5]})
    if random.random() < 0.15:
        found.append(
            {"field": "weight_kg", "op": random.choice(("gt", "gte", "lt", "lte")), "value": random.randint(40, 120)}
        )
    if random.random() < 0.1:
        low = random.randint(0, 60)
        found.append({"field": "age_years", "op": "between", "value": [low, low + random.randint(1, 30)]})
    elif random.random() < 0.15:
        found.append({"field": "age_group", "op": "in", "value": [random.choice(("paediatric", "adult", "elderly"))]})
    return found


def _time(random: Random) -> dict[str, Any] | None:
    start = date(2025, 1, 1) + timedelta(days=random.randrange(600))
    return random.choice(
        (
            None,
            {"kind": "last", "n": random.randint(2, 90), "unit": random.choice(("day", "week", "month", "year"))},
            {
                "kind": "calendar",
                "unit": random.choice(("day", "week", "month", "quarter", "year")),
                "offset": -random.randint(0, 3),
            },
            {"kind": "between", "start": start, "end": start + timedelta(days=random.randint(1, 300))},
            {"kind": "since", "start": start},
            {"kind": "all"},
        )
    )


def _groups(random: Random) -> dict[str, Any]:
    groups = random.sample(_GROUPS, random.choice((0, 0, 1, 1, 2)))
    grain = random.choice((None, None, None, "day", "week", "month", "quarter"))
    return {"group_by": groups, "grain": grain}


def _ordered(random: Random, parts: dict[str, Any]) -> dict[str, Any]:
    metrics = Plan.model_validate({"metrics": parts["metrics"]}).metrics
    if (parts["group_by"] or parts["grain"]) and len(metrics) == 1 and random.random() < 0.3:
        direction = random.choice(("asc", "desc"))
        parts |= {"order": {"by": order_name(metrics), "dir": direction}, "limit": random.choice((None, 3, 5, 10))}
    return parts


def _figures(random: Random, modality: str) -> dict[str, Any]:
    quantities = random.sample(_QUANTITIES[modality], 1)
    stats = random.sample(_STATS, random.choice((1, 1, 2)))
    if "default" in stats:
        stats = ["default"]
    metrics = [{"stat": stat, "quantity": one} for one in quantities for stat in stats]
    if random.random() < 0.25:
        metrics = []
    compare = [{"kind": "reference", "source": random.choice(_REFERENCES)}] if random.random() < 0.3 else []
    parts = {"metrics": metrics, "compare": compare, **_groups(random)}
    if random.random() < 0.2:
        parts["chart"] = random.choice(("bar", "line", "table", "heatmap"))
    return _ordered(random, parts)


def _count(random: Random, modality: str) -> dict[str, Any]:
    stat = random.choice(("count", "distinct_patients", "repeat_count"))
    return _ordered(random, {"metrics": [{"stat": stat}], **_groups(random)})


def _exceed(random: Random, modality: str) -> dict[str, Any]:
    stat = random.choice(("exceed_count", "exceed_rate"))
    compare = [{"kind": "reference", "source": random.choice(_REFERENCES)}]
    return _ordered(random, {"metrics": [{"stat": stat}], "compare": compare, **_groups(random)})


def _list(random: Random, modality: str) -> dict[str, Any]:
    quantity = random.choice(_QUANTITIES[modality])
    parts: dict[str, Any] = {"intent": "list", "metrics": [{"stat": "value", "quantity": quantity}]}
    if random.random() < 0.5:
        parts |= {
            "order": {"by": quantity, "dir": random.choice(("asc", "desc"))},
            "limit": random.choice((None, 5, 20)),
        }
    return parts


def _distribution(random: Random, modality: str) -> dict[str, Any]:
    metrics = [{"stat": "value", "quantity": random.choice(_QUANTITIES[modality])}]
    return {"intent": "distribution", "metrics": metrics, "chart": random.choice(("histogram", "box"))}


def _outliers(random: Random, modality: str) -> dict[str, Any]:
    return {"intent": "outliers"}


_KINDS = {
    "figures": _figures,
    "count": _count,
    "exceed": _exceed,
    "list": _list,
    "distribution": _distribution,
    "outliers": _outliers,
}
