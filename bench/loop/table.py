"""What was reached, as tables for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Results = Mapping[str, Mapping[str, Any]]


def table(found: Mapping[str, Any]) -> str:
    """Every figure."""
    results: Results = found["scenarios"]
    return "\n".join([_head(found), "", *_faults(results), "", *_rules(results)])


def _head(found: Mapping[str, Any]) -> str:
    results: Results = found["scenarios"]
    exams, quiet = (sum(one[name] for one in results.values()) for name in ("exams", "quiet"))
    load = " to ".join(f"{one:.1f}" for one in found["load"])
    return (
        f"{len(results)} scenarios ({quiet} quiet), {exams:,} exams, {found['day']}, {found['wall_s'] / 60:.0f} min, "
        f"load {load}, seeds shifted by {found['shift']}"
    )


def _faults(results: Results) -> Iterator[str]:
    yield f"{'scenario':<24} {'fault':<16} {'found':>9} {'same hour':>9} {'exams':>6} {'optimum':>7} {'ratio':>5} {'days':>6}  by"
    for name, result in results.items():
        for one in result["faults"]:
            yield _fault(name, one)


def _fault(name: str, one: Mapping[str, Any]) -> str:
    hours = f"{one['same_hour']} of {one['wanted']}" if one["kind"] in ("single", "adult_protocol") else ""
    best = best_exams(one)
    exams = "" if one["exams"] is None else f"{one['exams']}"
    ratio = f"{one['exams'] / best:.1f}" if best and one["exams"] else ""
    days = "" if one["days"] is None else f"{one['days']:.1f}"
    return (
        f"{name:<24} {one['kind']:<16} {one['found']:>3} of {one['wanted']:<3} {hours:>9} {exams:>6} "
        f"{f'{best:.0f}' if best else '':>7} {ratio:>5} {days:>6}  {', '.join(one['rules'])}"
    )


def best_exams(one: Mapping[str, Any]) -> float | None:
    """Mean delay in exams of the CUSUM that knows everything but when, for a step; None for other faults."""
    if one["kind"] != "step":
        return None
    from bench.drift import optimal_delay

    return optimal_delay(0.3, one["size"]["factor"], 0.025)[1]


def _rules(results: Results) -> Iterator[str]:
    quiet = [one for one in results.values() if one["quiet"]]
    others = [one for one in results.values() if not one["quiet"]]
    years, other_years = (sum(one["scanner_years"] for one in part) for part in (quiet, others))
    spans = f"false in {years:.1f} quiet scanner-years (each year), in {other_years:.1f} others"
    yield f"{'rule':<16} {'true':>5} {'false':>6} {'precision':>9}   {spans}"
    for form, of_exams in (("single exams", True), ("groups", False)):
        true, false = (Counter(_flags(results.values(), which, of_exams)) for which in ("true", "false"))
        for rule in sorted({*true, *false}):
            yield _rule(rule, true[rule], false[rule], quiet, others, years, of_exams)
        yield _rule(f"= {form}", true.total(), false.total(), quiet, others, years, of_exams)


def _rule(rule: str, true: int, false: int, quiet: Any, others: Any, years: float, of_exams: bool) -> str:
    def of(part: Any) -> int:
        return sum(1 for one in _flags(part, "false", of_exams) if one == rule or rule.startswith("="))

    precision = f"{true / (true + false):.0%}" if true + false else ""
    each = f"{of(quiet) / years:.2f}" if years else "–"
    return f"{rule:<16} {true:>5} {false:>6} {precision:>9}   {of(quiet)} ({each}), {of(others)}"


def _flags(results: Iterable[Mapping[str, Any]], which: str, of_exams: bool) -> Iterator[str]:
    for result in results:
        for one in result[which]:
            if bool(one["study"]) is of_exams and not (which == "true" and one["lead"] and not of_exams):
                yield one["rule"]
