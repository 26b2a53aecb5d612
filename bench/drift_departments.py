"""False flags of the rule `drift` in simulated departments, and how soon it tells what was planted.

`python -m bench.drift_departments [FIRST [SEEDS]]`

Whole years of the scenarios of `doseloop simulate`, played with other seeds than their own, as the record would have them
(`store.drift_series`): all scanners, each protocol with its age band and phantom. A flag is false where nothing was planted on its
scanner, or it was alarmed before.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from doseloop.assess.drift import DriftSeries, on_period
from doseloop.assess.own_usual import SeriesExam
from doseloop.harmonise.age_bands import age_band
from doseloop.model.flag import Finding
from doseloop.simulate.scenario import ExamRow, Scenario, load, scenario_exams

QUIET = ("quiet-year", "quiet-correlated", "quiet-changes")
PLANTED = ("drifting-tube", "stepped-scanner")


@dataclass(frozen=True)
class Year:
    """A scenario that was played."""

    scenario: Scenario
    by_scanner: Mapping[str, Sequence[DriftSeries]]


def year(name: str, seed: int) -> Year:
    """A scenario with another seed."""
    scenario = replace(load(name), seed=seed)
    exams: dict[tuple[str, str, str], list[SeriesExam]] = defaultdict(list)
    for row in scenario_exams(scenario):
        if (value := _value(row)) and value > 0:
            exams[row.scanner, _series(row), _quantity(row)].append(SeriesExam(row.at, value, row.weight_kg))
    found: dict[str, list[DriftSeries]] = defaultdict(list)
    for (scanner, protocol, quantity), of_series in sorted(exams.items()):
        found[scanner].append(DriftSeries(scanner, scanner, protocol, quantity, tuple(of_series)))
    return Year(scenario, found)


def _quantity(row: ExamRow) -> str:
    return "ctdi_vol_mgy" if row.modality == "CT" else "dap_gy_cm2"


def _value(row: ExamRow) -> float | None:
    return row.ctdi_vol_mgy if row.modality == "CT" else row.dap_gy_cm2


def _series(row: ExamRow) -> str:
    band = age_band(row.age_years)
    return f"{row.procedure}: {row.protocol} / {row.event_protocol} ({band.key if band else ''}, {row.phantom_cm})"


def false_flags(names: Sequence[str], seeds: Sequence[int]) -> Iterator[str]:
    """A row a scenario: scanner-years, flags, flags per scanner-year, processor seconds of the judgement of one department."""
    for name in names:
        scanners, flags, took_s = 0, 0, 0.0
        for seed in seeds:
            played = year(name, seed)
            begun = time.process_time()
            flags += sum(len(on_period(series)) for series in played.by_scanner.values())
            took_s += time.process_time() - begun
            scanners += len(played.by_scanner)
        yield f"| {name} | {scanners} | {flags} | {flags / scanners:.2f} | {took_s / len(seeds):.2f} |"


def planted(names: Sequence[str], seeds: Sequence[int]) -> Iterator[str]:
    """A row a fault: in how many departments it was told, after how many days, flags for it, and flags that are false."""
    for name in names:
        years = [year(name, seed) for seed in seeds]
        for entry in load(name).faults:
            days, counts, error_days, false = [], [], [], 0
            for played in years:
                first = datetime.combine(entry.first, datetime.min.time())
                found = on_period(played.by_scanner[str(entry.scanner)])
                true = [one for one in found if _is_of(one, first, entry.procedure)]
                false += len(found) - len(true)
                counts.append(len(true))
                if true:
                    days.append(min((_alarm(one) - first) / timedelta(days=1) for one in true))
                    error_days.append(min(abs(_since(one) - first) / timedelta(days=1) for one in true))
            where = f"{entry.scanner}{f', {entry.procedure}' if entry.procedure else ''}"
            told = f"{len(days)} of {len(years)}"
            middle = f"{median(days):.0f} | {median(error_days):.0f}" if days else "– | –"
            yield f"| {name}: {entry.kind}, {where} | {told} | {middle} | {sum(counts) / len(counts):.1f} | {false} |"


def _is_of(found: Finding, first: datetime, procedure: str | None) -> bool:
    """Whether its alarm came after the fault began, on a protocol that has it."""
    return _alarm(found) >= first and (procedure is None or f" of {procedure}: " in found.cause)


def _since(found: Finding) -> datetime:
    return datetime.fromisoformat(found.dated.since if found.dated else found.cause.rpartition(" ")[2])


def _alarm(found: Finding) -> datetime:
    """The day that its sentence ends with."""
    return datetime.strptime(found.sentence.rpartition(" up to ")[2].rstrip("."), "%d %B %Y") + timedelta(days=1)


def main(first: int, count: int) -> None:
    """Print both tables."""
    seeds = range(first, first + count)
    print(
        "| scenario | scanner-years | false flags | a scanner-year | seconds a department |\n" + "| --- " * 5 + "|",
        flush=True,
    )
    for row in false_flags(QUIET, seeds):
        print(row, flush=True)
    print(
        "\n| planted | told | days until then | error of the date, days | flags for it | false |\n"
        + "| --- " * 6
        + "|",
        flush=True,
    )
    for row in planted(PLANTED, seeds):
        print(row, flush=True)


if __name__ == "__main__":
    main(*(int(one) for one in (*sys.argv[1:], *("701", "4")[len(sys.argv) - 1 :])))
