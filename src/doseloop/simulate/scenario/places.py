"""Whether the department has the scanners, procedures and people that a scenario names."""

from collections import Counter

from doseloop.model.errors import SimulationError
from doseloop.simulate.department import Scanner, standard_department
from doseloop.simulate.scenario.entries import Entry, Scenario

_OF_CT = {"protocol_copy", "adult_protocol", "repeats"}
_OF_ANGIOGRAPHY = {"wrong_unit"}
_USUAL = {"per_year": 0, "factor": 1, "dose_factor": 1, "length_factor": 1, "share": 0, "fixed_current": False}
"""A fault all of whose values are these plants nothing."""
_BESIDE = {"software", "suffix", "operator", "ordinal", "times", "below_age"}
"""Values that make no dose differ."""


def check_places(scenario: Scenario) -> None:
    """Nothing where everything is there. Errors: `SimulationError`, naming the entry."""
    entries = [*scenario.faults, *scenario.changes]
    names = Counter(entry.name for entry in entries)
    _demand(max(names.values(), default=1) == 1, "two entries have the same name", *names.most_common(1)[:1])
    scanners = _scanners(scenario)
    for entry in scenario.faults:
        _demand(_plants(entry), f"{entry.name} changes nothing")
    for entry in entries:
        if entry.kind != "new_scanner":
            _check_place(entry, scanners)
        if entry.kind == "operator":
            known = standard_department().operators
            _demand(entry.size["operator"] in known, f"{entry.name}: the operators are {', '.join(known)}")
        if entry.kind == "case_mix":
            _check_mix(entry, scanners)


def _plants(entry: Entry) -> bool:
    if entry.kind in ("silent", "single"):
        return True
    if entry.size.get("share", 1) == 0:
        return False
    if entry.kind == "adult_protocol":
        return True
    return any(_USUAL.get(name) != value for name, value in entry.size.items() if name not in _BESIDE)


def _scanners(scenario: Scenario) -> dict[str, Scanner]:
    """Those of the department that work, and the new ones with what they are like."""
    scanners = {scanner.name: scanner for scanner in standard_department().scanners}
    for entry in scenario.changes:
        if entry.kind == "new_scanner":
            like = scanners.get(entry.size["like"])
            _demand(like is not None and bool(like.mix), f"{entry.name}: no scanner {entry.size['like']!r} is at work")
            _demand(entry.scanner not in scanners, f"{entry.name}: there is a scanner {entry.scanner!r} already")
            if entry.scanner is not None and like is not None:
                scanners[entry.scanner] = like
    return {name: scanner for name, scanner in scanners.items() if scanner.mix}


def _check_place(entry: Entry, scanners: dict[str, Scanner]) -> None:
    if entry.scanner is not None:
        _demand(entry.scanner in scanners, f"{entry.name}: the scanners at work are {', '.join(scanners)}")
    here = [scanners[entry.scanner]] if entry.scanner is not None else list(scanners.values())
    done = {procedure for scanner in here for procedure in scanner.protocols}
    if entry.procedure is not None:
        _demand(entry.procedure in done, f"{entry.name}: the procedures there are {', '.join(sorted(done))}")
    wanted = "CT" if entry.kind in _OF_CT else "XA" if entry.kind in _OF_ANGIOGRAPHY else None
    fits = wanted is None or all(scanner.modality == wanted for scanner in here)
    _demand(fits, f"{entry.name}: {entry.kind} is a fault of {wanted} alone")


def _check_mix(entry: Entry, scanners: dict[str, Scanner]) -> None:
    mix, known = entry.size["mix"], scanners[entry.scanner or ""].protocols
    unknown = sorted(set(mix) - set(known))
    _demand(not unknown, f"{entry.name}: {entry.scanner} has no protocol for {', '.join(unknown)}")
    _demand(sum(mix.values()) > 0, f"{entry.name}: the mix is all zero")


def _demand(holds: bool, said: str, *more: tuple[str, int]) -> None:
    if not holds:
        raise SimulationError(said + "".join(f" ({name!r})" for name, _ in more))
