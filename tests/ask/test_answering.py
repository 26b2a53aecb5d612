"""Answers equal what plain Python counts from the records."""

import math
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pytest

from doseloop.access.scope import NOTHING, SYSTEM, Scope
from doseloop.ask.answering import answered
from doseloop.ask.plan import Plan, canonical, plan_of
from doseloop.ask.rules import Rules
from doseloop.assess.level_matching import own_match
from doseloop.facts.engine import Facts
from doseloop.model.errors import NotAnswerable
from doseloop.reference.levels import level_sets
from doseloop.store.audit import Actor
from doseloop.store.level_choice import choose
from doseloop.store.models import Exam, Site
from tests.ask.department import NOW, PROCEDURES, Department, department

_OF: Final = {
    "ctdivol": ("CT", "event", "ctdi_vol_mgy"), "ssde": ("CT", "event", "ssde_mgy"), "dlp": ("CT", "total", "dlp_mgy_cm"),
    "effective_dose": ("CT", "total", "effective_dose_estimate_msv"), "kap": ("XA", "total", "dap_gy_cm2"),
    "kar": ("XA", "total", "ka_r_mgy"), "fluoro_time": ("XA", "total", "fluoro_time_s"), "agd": ("MG", "event", "agd_mgy"),
    "kvp": ("CT", "event", "kvp"),
}  # fmt: skip
_STATS: Final[dict[str, Callable[[list[float]], float]]] = {
    "median": lambda values: float(np.quantile(values, 0.5)), "mean": lambda values: float(np.mean(values)), "min": min, "max": max,
    "sum": math.fsum, "p25": lambda values: float(np.quantile(values, 0.25)), "p90": lambda values: float(np.quantile(values, 0.9)),
    "iqr": lambda values: float(np.quantile(values, 0.75) - np.quantile(values, 0.25)),
}  # fmt: skip


def test_random_statistics_are_those_that_plain_python_finds(facts: Facts) -> None:
    made, chance, compared = department(), random.Random(7), 0
    for _ in range(45):
        plan, wanted = random_question(chance)
        quantity = wanted["quantity"]
        expected = by_hand(made, wanted)
        answer = answered(plan_of(plan), SYSTEM, facts, NOW)
        found = {
            (row.get(wanted["by"]), row.get("phantom")): (row[f"{wanted['stat']}:{quantity}"], row[f"n:{quantity}"])
            for row in answer.table.records()
        }  # fmt: skip
        assert found.keys() == expected.keys(), plan
        for key, (value, n) in expected.items():
            assert found[key][1] == n, plan
            assert found[key][0] == pytest.approx(value), plan
        compared += len(expected)
    assert compared > 100


def random_question(chance: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    quantity = chance.choice(sorted(_OF))
    modality = _OF[quantity][0]
    wanted: dict[str, Any] = {
        "quantity": quantity, "stat": chance.choice(sorted(_STATS)), "modality": modality,
        "by": chance.choice((None, "scanner", "site", "procedure", "weekday", "year")),
        "procedure": chance.choice((None, chance.choice(sorted(PROCEDURES[modality])))),
        "age": chance.choice((None, (None, 18.0), (18.0, None), (5.0, 65.0))), "weight": chance.choice((None, None, 60.0)),
        "sex": chance.choice((None, None, "F")), "days": chance.choice((None, 30, 400)),
    }  # fmt: skip
    filters: list[dict[str, Any]] = [{"field": "modality", "op": "in", "value": [modality]}]
    if wanted["procedure"]:
        filters.append({"field": "procedure", "op": "in", "value": [PROCEDURES[modality][wanted["procedure"]]]})
    if wanted["age"]:
        low, high = wanted["age"]
        between = (
            {"op": "between", "value": [low, high]}
            if low and high
            else {"op": "lt", "value": high}
            if high
            else {"op": "gte", "value": low}
        )
        filters.append({"field": "age_years", **between})
    if wanted["weight"]:
        filters.append({"field": "weight_kg", "op": "gt", "value": wanted["weight"]})
    if wanted["sex"]:
        filters.append({"field": "sex", "op": "in", "value": [wanted["sex"]]})
    time = {"kind": "last", "n": wanted["days"], "unit": "day"} if wanted["days"] else {"kind": "all"}
    plan = {"metrics": [{"stat": wanted["stat"], "quantity": quantity}], "filters": filters, "time": time}
    return ({**plan, "group_by": [wanted["by"]]} if wanted["by"] else plan), wanted


def by_hand(made: Department, wanted: dict[str, Any]) -> dict[tuple[Any, Any], tuple[float, int]]:
    """Value and number by group and phantom."""
    _, kind, column = _OF[wanted["quantity"]]
    of_parts = wanted["procedure"] or wanted["by"] == "procedure"
    groups: dict[tuple[Any, Any], list[float]] = {}
    for exam in filter(lambda one: fits(one, wanted), made.exams):
        for row, part in rows_of(exam, kind, whole="part" if of_parts else "exam"):
            if wanted["procedure"] and part["procedure_id"] != wanted["procedure"]:
                continue
            phantom = phantom_of(exam, row, part) if wanted["quantity"] in ("ctdivol", "dlp") else None
            if row[column] is not None:
                groups.setdefault((group_of(exam, part, wanted["by"]), phantom), []).append(row[column])
    split = len({phantom for _, phantom in groups}) > 1
    names = {16: "16 cm", 32: "32 cm", None: "unknown or mixed"}
    return {
        (by, names[phantom] if split else None): (_STATS[wanted["stat"]](values), len(values))
        for (by, phantom), values in groups.items()
    }


def fits(exam: dict[str, Any], wanted: dict[str, Any]) -> bool:
    if exam["modality"] != wanted["modality"] or exam["excluded_as"] or not exam["settled"]:
        return False
    if wanted["days"]:
        first = datetime(NOW.year, NOW.month, NOW.day) - timedelta(days=wanted["days"])
        if exam["start"] is None or not first <= exam["start"] < NOW:
            return False
    if wanted["age"]:
        (low, high), age = wanted["age"], exam["age_years"]
        if age is None or (low and age < low) or (high and (age > high if low else age >= high)):
            return False
    if wanted["weight"] and not (exam["weight_kg"] and exam["weight_kg"] > wanted["weight"]):
        return False
    return not wanted["sex"] or exam["sex"] == wanted["sex"]


def rows_of(exam: dict[str, Any], kind: str, whole: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Rows whose values count, each with the part that it is of."""
    if kind == "event":
        return [(one, one["of"]) for one in exam["events"] if one["role"] == "main" and one["of"]["eligible"]]
    if whole == "part":
        return [(one, one) for one in exam["parts"] if one["eligible"]]
    return [(exam, exam)] if all(one["eligible"] for one in exam["parts"]) else []


def phantom_of(exam: dict[str, Any], row: dict[str, Any], part: dict[str, Any]) -> int | None:
    if row is not exam:
        return row["phantom_cm"]  # type: ignore[no-any-return]
    phantoms = {one["phantom_cm"] for one in exam["parts"] if one["dlp_mgy_cm"] is not None}
    return phantoms.pop() if len(phantoms) == 1 else None


def group_of(exam: dict[str, Any], part: dict[str, Any], by: str | None) -> Any:
    start = exam["start"]
    match by:
        case "scanner" | "site":
            return exam[by]
        case "procedure":
            names = {key: name for named in PROCEDURES.values() for key, name in named.items()}
            return names.get(part["procedure_id"], "not recorded")
        case "weekday":
            return "not recorded" if start is None else f"{start:%A}"
        case "year":
            return "not recorded" if start is None else start.year
    return None


def one_of(answer: Any) -> dict[str, Any]:
    (row,) = answer.table.records()
    return row  # type: ignore[no-any-return]


def ask(facts: Facts, scope: Scope = SYSTEM, **plan: Any) -> Any:
    return answered(plan_of(plan), scope, facts, NOW, Rules(least_exams_of_person=3))


def where(field: str, *values: Any, op: str = "in") -> dict[str, Any]:
    return {"field": field, "op": op, "value": list(values) if op in ("in", "not_in", "between") else values[0]}


ALL: Final = {"kind": "all"}
COUNT: Final = [{"stat": "count"}]


def test_counts_shares_and_what_is_missing(facts: Facts) -> None:
    exams = [one for one in department().exams if not one["excluded_as"]]
    ct = [one for one in exams if one["modality"] == "CT"]
    assert one_of(ask(facts, metrics=COUNT, time=ALL))["count"] == len(exams)
    patients = one_of(ask(facts, metrics=[{"stat": "distinct_patients"}], time=ALL))
    assert patients["distinct_patients"] == len({one["patient_id"] for one in exams})
    share = one_of(
        ask(facts, metrics=[{"stat": "share"}], filters=[where("modality", "CT"), where("kvp", 100, op="lt")], time=ALL)
    )
    low = [
        one
        for one in ct
        if any(each["role"] == "main" and each["kvp"] is not None and each["kvp"] < 100 for each in one["events"])
    ]
    assert (share["with"], share["of"], share["share"]) == (len(low), len(ct), len(low) / len(ct))
    missing = one_of(ask(facts, metrics=[{"stat": "missing_rate", "quantity": "weight_kg"}], time=ALL))
    assert missing["missing_rate:weight_kg"] == sum(one["weight_kg"] is None for one in exams) / len(exams)


def test_repeats_are_other_exams_of_the_patient_within_a_day(facts: Facts) -> None:
    exams = [one for one in department(size=300, seed=3).exams if not one["excluded_as"] and one["start"]]
    first = exams[0]
    Exam.objects.filter(pk=exams[1]["id"]).update(
        patient_id=first["patient_id"],
        modality=first["modality"],
        started_at=(first["start"] + timedelta(hours=24)).isoformat(),
    )
    rows = list(
        Exam.objects.filter(excluded_as="").exclude(started_at="").values("id", "patient_id", "modality", "started_at")
    )
    again = [
        one for one in rows
        if any(
            (other["started_at"], other["id"]) < (one["started_at"], one["id"])
            and (other["patient_id"], other["modality"]) == (one["patient_id"], one["modality"])
            and datetime.fromisoformat(one["started_at"]) - datetime.fromisoformat(other["started_at"]) <= timedelta(hours=24)
            for other in rows
        )
    ]  # fmt: skip
    assert again
    assert one_of(ask(facts, metrics=[{"stat": "repeat_count"}], time=ALL))["repeat_count"] == len(again)


def test_lists_have_the_highest_first_and_say_how_many_there_are(facts: Facts) -> None:
    exams = [
        one for one in department().exams if one["modality"] == "CT" and not one["excluded_as"] and one["dlp_mgy_cm"]
    ]
    sound = sorted((one["dlp_mgy_cm"] for one in exams if all(part["eligible"] for part in one["parts"])), reverse=True)
    answer = ask(
        facts, intent="list", metrics=[{"stat": "value", "quantity": "dlp"}], filters=[where("modality", "CT")], time=ALL,
        order={"by": "dlp", "dir": "desc"}, limit=5,
    )  # fmt: skip
    assert [row["dlp"] for row in answer.table.records()] == sound[:5]
    assert answer.table.total == len(sound)


def test_people_are_refused_hidden_and_shown(facts: Facts) -> None:
    exams = [one for one in department().exams if not one["excluded_as"]]
    with pytest.raises(NotAnswerable) as refused:
        ask(facts, replace(SYSTEM, operators=False), metrics=COUNT, group_by=["operator"], time=ALL)
    assert refused.value.reason == "permission"
    answer = answered(
        plan_of({"metrics": COUNT, "group_by": ["operator"], "time": ALL}),
        SYSTEM,
        facts,
        NOW,
        Rules(least_exams_of_person=20),
    )
    found = {row["operator"]: row["count"] for row in answer.table.records()}
    for name in ("T. Brandt", "S. Okafor"):
        assert found[name] == sum(("operator", name, True) in one["people"] for one in exams)
    assert "J. Brandt" not in found, "fewer than twenty exams"
    assert "Team" not in found, "no person"


def test_scopes_hide_other_sites(facts: Facts) -> None:
    exams = [one for one in department(size=120).exams if not one["excluded_as"]]
    north = Scope(frozenset({Site.objects.get(name="North Clinic").pk}), identity=False, operators=False)
    assert one_of(ask(facts, north, metrics=COUNT, time=ALL))["count"] == sum(
        one["site"] == "North Clinic" for one in exams
    )
    assert one_of(ask(facts, NOTHING, metrics=COUNT, time=ALL))["count"] == 0
    with pytest.raises(NotAnswerable, match="no scanner"):
        ask(facts, north, metrics=COUNT, filters=[where("scanner", "CT1")], time=ALL)


def test_a_median_of_too_few_gets_no_verdict(facts: Facts) -> None:
    department(size=120)
    answer = ask(
        facts, metrics=[{"stat": "median", "quantity": "dlp"}], group_by=["scanner"], time=ALL,
        filters=[where("modality", "CT"), where("procedure", "CT Head")], compare=[{"kind": "reference", "source": "national_drl"}],
    )  # fmt: skip
    (comparison,) = answer.comparisons
    rows = comparison.table.records()
    assert rows
    for row in rows:
        assert (row["standing:patients"] >= row["standing:least"]) or row["standing:state"] in ("too few", "no verdict")
    assert {one.set_id for one in answer.references}
    with pytest.raises(NotAnswerable, match="No local reference level"):
        ask(facts, metrics=[{"stat": "exceed_count"}], filters=[where("modality", "CT")], time=ALL,
            compare=[{"kind": "reference", "source": "local_drl"}])  # fmt: skip


@pytest.mark.parametrize(
    "value", ["CT1' OR '1'='1", '"; DROP TABLE exams; --', "<script>alert(1)</script>", "%", "\x00\u202e", "CT1\n"]
)
def test_hostile_names_are_names_that_nobody_has(facts: Facts, value: str) -> None:
    department(size=20)
    with pytest.raises(NotAnswerable) as refused:
        ask(facts, metrics=COUNT, filters=[where("scanner", value)])
    assert refused.value.reason == "unknown_entity"
    assert one_of(ask(facts, metrics=COUNT, filters=[where("protocol", value)], time=ALL))["count"] == 0


@pytest.mark.parametrize(
    ("reason", "plan"),
    [
        ("no_such_data", {"metrics": [{"stat": "max", "quantity": "psd"}]}),
        ("no_such_data", {"metrics": [{"stat": "median", "quantity": "agd"}], "filters": [where("modality", "CT")]}),
        ("no_such_data", {"filters": [where("modality", "CT")], "compare": [{"kind": "reference", "source": "alert_level"}]}),
        ("missing_modality", {"metrics": []}),
        ("missing_modality", {"metrics": [{"stat": "median", "quantity": "kap"}]}),
        ("ambiguous_reference", {"metrics": [{"stat": "exceed_rate"}], "filters": [where("modality", "CT")]}),
        ("underspecified", {"metrics": [{"stat": "share"}], "filters": [where("modality", "CT")]}),
        ("underspecified", {"metrics": COUNT, "filters": [where("age_years", 65, 18, op="between")]}),
        ("underspecified", {"metrics": COUNT, "filters": [where("age_years", 10**400, op="gt")]}),
        ("underspecified", {"metrics": COUNT, "filters": [where("hour_of_day", 24)]}),
        ("underspecified", {"metrics": COUNT, "time": {"kind": "last", "n": 3660, "unit": "year"}}),
        ("underspecified", {"metrics": COUNT, "order": {"by": "median:dlp", "dir": "desc"}}),
        ("underspecified", {"metrics": COUNT, "time": ALL, "compare": [{"kind": "period", "source": "previous"}]}),
        ("permission", {"metrics": COUNT, "group_by": ["operator", "physician"]}),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_its_reason(facts: Facts, reason: str, plan: dict[str, Any]) -> None:
    department(size=20)
    with pytest.raises(NotAnswerable) as refused:
        ask(facts, **plan)
    assert refused.value.reason == reason


def test_an_answer_carries_its_plan_and_its_state(facts: Facts) -> None:
    department(size=20)
    plan = Plan(metrics=[], filters=[], intent="describe", group_by=["scanner"])
    answer = answered(plan, SYSTEM, facts, NOW)
    assert answer.plan == canonical(plan)
    assert answer.data_state > 0
    assert [row["scanner"] for row in answer.table.records()] == ["Angio 1", "CT1", "CT2", "CT4", "Mammo 1"]


def test_exams_above_a_level_are_counted_one_by_one(facts: Facts) -> None:
    made = department()
    (chosen,) = [one for one in level_sets() if one.id == "au-arpansa-2018"]
    for site in Site.objects.all():
        choose(SYSTEM, site.pk, [chosen.id], Actor(None, "test"))
    levels = [
        one for one in chosen.levels
        if one.is_level and one.procedure in PROCEDURES["CT"] and one.quantity in ("ctdi_vol_mgy", "dlp_mgy_cm")
        and own_match(one, chosen)
    ]  # fmt: skip
    assert levels
    told: dict[int, bool] = {}
    for exam in made.exams:
        if exam["modality"] != "CT" or exam["excluded_as"] or not exam["settled"]:
            continue
        rows = [*rows_of(exam, "event", "part"), *rows_of(exam, "total", "part")]
        for quantity, (row, part) in ((q, each) for each in rows for q in ("ctdi_vol_mgy", "dlp_mgy_cm")):
            wanted = "acquisition" if row is not part else "examination"
            fitting = [
                one for one in levels
                if one.quantity == quantity and one.per == wanted and one.procedure == part["procedure_id"]
                and one.group.holds_age(exam["age_years"]) and one.group.holds_weight(exam["weight_kg"])
                and one.phantom_cm == row["phantom_cm"]
            ]  # fmt: skip
            if fitting and row[quantity] is not None:
                told[exam["id"]] = told.get(exam["id"], False) or row[quantity] > fitting[0].value
    row = one_of(ask(
        facts, metrics=[{"stat": "exceed_rate"}], filters=[where("modality", "CT")], time=ALL,
        compare=[{"kind": "reference", "source": "national_drl"}],
    ))  # fmt: skip
    assert (row["above"], row["of"]) == (sum(told.values()), len(told))
    answer = ask(facts, intent="list", metrics=[{"stat": "value", "quantity": "dlp"}], time=ALL, limit=1000,
                 filters=[where("modality", "CT"), where("procedure", "CT Head"), where("exceeds", "national_drl")])  # fmt: skip
    assert {one["exam"] for one in answer.table.records()} <= {exam for exam, above in told.items() if above}


def test_a_period_stands_beside_the_one_before(facts: Facts) -> None:
    exams = [one for one in department().exams if not one["excluded_as"] and one["start"]]
    months = {2026: 0, 2025: 0}
    for one in exams:
        if one["start"].month == 3 and one["start"].year in months:
            months[one["start"].year] += 1
    march = {"kind": "between", "start": "2026-03-01", "end": "2026-04-01"}
    answer = ask(facts, metrics=COUNT, time=march, compare=[{"kind": "period", "source": "last_year"}])
    (row,) = answer.comparisons[0].table.records()
    assert (row["count"], row["other:count"], row["change:count"]) == (
        months[2026],
        months[2025],
        months[2026] - months[2025],
    )


def test_the_rest_are_the_other_scanners(facts: Facts) -> None:
    exams = [one for one in department().exams if not one["excluded_as"] and one["modality"] == "CT"]
    answer = ask(
        facts, metrics=COUNT, filters=[where("modality", "CT"), where("scanner", "CT1")], time=ALL,
        compare=[{"kind": "peers", "source": "rest"}],
    )  # fmt: skip
    (row,) = answer.comparisons[0].table.records()
    own = sum(one["scanner"] == "CT1" for one in exams)
    assert (row["count"], row["other:count"]) == (own, len(exams) - own)


def test_an_outlier_lies_beyond_the_fences_of_its_like(facts: Facts) -> None:
    made = department()
    like: dict[tuple[Any, ...], list[tuple[int, float]]] = {}
    for exam in made.exams:
        if exam["modality"] == "XA" and not exam["excluded_as"] and exam["settled"]:
            for row, part in rows_of(exam, "total", "part"):
                if row["dap_gy_cm2"] is not None:
                    key = (part["procedure_id"], part["age_band"])
                    like.setdefault(key, []).append((exam["id"], row["dap_gy_cm2"]))
    wanted: list[int] = []
    for values in like.values():
        low, high = np.quantile([value for _, value in values], [0.25, 0.75])
        reach = 1.5 * (high - low)
        if len(values) >= 20:
            wanted += [exam for exam, value in values if not low - reach <= value <= high + reach]
    answer = ask(facts, intent="outliers", filters=[where("modality", "XA")], time=ALL, limit=1000)
    assert sorted(row["exam"] for row in answer.table.records()) == sorted(wanted)
    assert answer.n == sum(map(len, like.values()))


def test_a_distribution_counts_every_value_once_and_a_relation_is_pearsons(facts: Facts) -> None:
    made = department()
    values = [
        (row["agd_mgy"], row["compression_thickness_mm"])
        for exam in made.exams if exam["modality"] == "MG" and not exam["excluded_as"] and exam["settled"]
        for row, _ in rows_of(exam, "event", "exam")
    ]  # fmt: skip
    told = [agd for agd, _ in values if agd is not None]
    spread = ask(facts, intent="distribution", metrics=[{"stat": "value", "quantity": "agd"}], time=ALL)
    assert spread.chart.kind == "histogram"
    assert sum(n for _, _, n in spread.chart.series[0].points) == len(told) == spread.n
    both = [one for one in values if None not in one]
    metrics = [{"stat": "value", "quantity": "agd"}, {"stat": "value", "quantity": "cbt"}]
    (row,) = ask(facts, intent="correlate", metrics=metrics, time=ALL).table.records()
    assert row["n"] == len(both)
    assert row["r"] == pytest.approx(np.corrcoef(np.array(both).T)[0, 1])


def test_a_heat_map_is_named_by_both_of_its_groups(facts: Facts) -> None:
    department()
    told = [{"stat": "count", "quantity": None}]
    answer = ask(facts, intent="aggregate", metrics=told, group_by=["weekday", "scanner"], time=ALL, chart="heatmap")
    assert answer.chart.x_label in {"weekday and scanner", "scanner and weekday"}
