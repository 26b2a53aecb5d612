"""What a scanner is like on a day of a scenario: its software, its work, and whether it is there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from doseloop.simulate.department import Scanner, standard_department
from doseloop.simulate.scenario.entries import Entry, Scenario

_UPDATES = {"protocol_copy", "software_update"}


def scanners(scenario: Scenario) -> tuple[Scanner, ...]:
    """All scanners at work at some time of a scenario, as they are at its beginning."""
    known = {scanner.name: scanner for scanner in standard_department().scanners if scanner.mix}
    for entry in scenario.changes:
        if entry.kind == "new_scanner" and entry.scanner is not None:
            known[entry.scanner] = _new(entry, entry.scanner, known[entry.size["like"]])
    return tuple(known.values())


def scanner_on(scenario: Scenario, scanner: Scanner, day: date) -> Scanner | None:
    """A scanner of `scanners` as it is on a day; None before it goes into use."""
    changes = [entry for entry in scenario.changes if entry.scanner == scanner.name]
    if any(entry.kind == "new_scanner" and day < entry.first for entry in changes):
        return None
    work, mix = scenario.workload, scanner.mix
    for entry in changes:
        if entry.first <= day <= entry.last:
            work *= entry.size["factor"] if entry.kind == "workload" else 1.0
            mix = entry.size["mix"] if entry.kind == "case_mix" else mix
    missing = scanner.weight_missing if scenario.weight_missing is None else scenario.weight_missing
    return replace(
        scanner,
        software=_software(scenario, scanner, day),
        exams_per_week=scanner.exams_per_week * work,
        mix=mix,
        weight_missing=missing,
    )


def _software(scenario: Scenario, scanner: Scanner, day: date) -> str:
    """That of the last update; it stays when a protocol is put right."""
    updates = sorted(_updates(scenario, scanner, day))
    return updates[-1][1] if updates else scanner.software


def _updates(scenario: Scenario, scanner: Scanner, day: date) -> Iterator[tuple[date, str]]:
    for entry in (*scenario.faults, *scenario.changes):
        if entry.kind in _UPDATES and entry.scanner == scanner.name and entry.first <= day:
            yield entry.first, entry.size["software"]


def _new(entry: Entry, name: str, like: Scanner) -> Scanner:
    return replace(
        like,
        name=name,
        ae_title=name,
        station_name=name,
        serial=f"{like.serial}-{name}",
        output=entry.size["output"],
        exams_per_week=entry.size.get("exams_per_week", like.exams_per_week),
    )
