"""The rule `protocol-change`: a protocol of a scanner is set otherwise than before; since when, and what.

Each setting is looked at by itself, exam after exam. It belongs to the protocol where nine of ten exams share its value. A change
is told once so many exams in a row have one other value that such a run would come about once in a million exams if the value
were as rare as before: three exams against a hundred that all agreed, more where others were seen now and then. It is dated to the
first of the run. A return to a value that was usual before is told as one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Final

from doseloop.assess.protocol_fingerprint import SETTINGS, Fingerprint
from doseloop.model.flag import Dated, Finding

RULE: Final = "protocol-change"
VERSION: Final = "1"
LEAST_BEFORE: Final = 10
"""Exams that tell what is usual."""
USUAL_SHARE: Final = 0.9
LEAST_RUN: Final = 3
_CHANCE: Final = 1e-6
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Use:
    """One exam with a protocol."""

    exam: int
    started_at: str
    settings: Fingerprint
    dose: float | None = None
    """Highest CTDIvol in mGy, or the sum of KAP in Gy·cm²."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting before and since."""

    setting: str
    before: str
    after: str
    is_return: bool = False
    """Whether `after` was usual before `before`."""

    @property
    def sentence(self) -> str:
        """`pitch 1.2 → 0.8`"""
        known = SETTINGS[self.setting]
        unit = f" {known.unit}" if known.unit else ""
        return f"{known.name} {self.before} → {self.after}{unit}{' (as it was earlier)' if self.is_return else ''}"


@dataclass(frozen=True, slots=True)
class Change:
    """A protocol that was set otherwise from an exam on."""

    protocol: str
    differences: tuple[Difference, ...]
    since: str
    """Start of the first exam with it."""
    last_before: str
    """Start of the last exam before it."""
    exam: int
    exams: int
    """Exams with all of the new values until now, or until the next change."""
    dose_before: float | None
    dose_since: float | None
    """Medians."""


@dataclass(frozen=True, slots=True)
class _Step:
    at: int
    difference: Difference


def changes(protocol: str, uses: Sequence[Use]) -> list[Change]:
    """The changes of one protocol, in the order of time. `uses` are in the order of time."""
    steps: dict[int, list[Difference]] = {}
    for setting in SETTINGS:
        for step in _steps(setting, uses):
            steps.setdefault(step.at, []).append(step.difference)
    starts = sorted(steps)
    bounds = [0, *starts, len(uses)]
    return [
        _change(protocol, steps[at], uses[bounds[number] : at], uses[at : bounds[number + 2]])
        for number, at in enumerate(starts)
    ]


def usual(uses: Iterable[Use]) -> dict[str, str]:
    """What nearly all of these exams share."""
    found = list(uses)
    shared = ((setting, _usual(Counter(_values(setting, found)))) for setting in SETTINGS)
    return {setting: value for setting, value in shared if value}


def _values(setting: str, uses: Iterable[Use]) -> Iterator[str]:
    return (use.settings[setting] for use in uses if setting in use.settings)


def _usual(seen: Counter[str]) -> str:
    if seen.total() < LEAST_BEFORE:
        return ""
    ((value, count),) = seen.most_common(1)
    return value if count >= USUAL_SHARE * seen.total() else ""


def _steps(setting: str, uses: Sequence[Use]) -> Iterator[_Step]:
    """Seen holds the exams before the present run of one value."""
    seen: Counter[str] = Counter()
    earlier: set[str] = set()
    settled, run_value, run = "", "", list[int]()
    for at, use in enumerate(uses):
        value = use.settings.get(setting)
        if value is None:
            continue
        if value != run_value:
            seen[run_value] += len(run)
            run_value, run = value, []
        run.append(at)
        before = settled or _usual(seen)
        if not before or value == before or len(run) < _least_run(seen, before):
            continue
        yield _Step(run[0], Difference(setting, before, value, value in earlier))
        earlier.add(before)
        settled, seen = value, Counter()


def _least_run(seen: Counter[str], before: str) -> int:
    """How many exams in a row make a change, by the share of other values before (rule of succession)."""
    total = seen.total()
    share = (total - seen[before] + 1) / (total + 2)
    return max(LEAST_RUN, ceil(log(_CHANCE) / log(share)))


def _change(protocol: str, differences: Sequence[Difference], before: Sequence[Use], since: Sequence[Use]) -> Change:
    return Change(
        protocol=protocol,
        differences=tuple(differences),
        since=since[0].started_at,
        last_before=before[-1].started_at if before else "",
        exam=since[0].exam,
        exams=sum(all(use.settings.get(one.setting) == one.after for one in differences) for use in since),
        dose_before=_median(before),
        dose_since=_median(since),
    )


def _median(uses: Iterable[Use]) -> float | None:
    doses = sorted(use.dose for use in uses if use.dose is not None)
    middle = len(doses) // 2
    if not doses:
        return None
    return doses[middle] if len(doses) % 2 else (doses[middle - 1] + doses[middle]) / 2


def on_period(scanner: int, name: str, found: Iterable[tuple[Change, str]]) -> list[Finding]:
    """One finding for each cause: a software version that began with the changes, else a day. `found` has changes and the version
    that they came with, empty for none."""
    by_cause: dict[str, list[Change]] = {}
    for change, version in found:
        cause = f"software {version}" if version else f"day {change.since[:10]}"
        by_cause.setdefault(cause, []).append(change)
    return [_finding(scanner, name, cause, one) for cause, one in by_cause.items()]


def _finding(scanner: int, name: str, cause: str, found: Sequence[Change]) -> Finding:
    """The sentence has nothing that each exam moves: a flag that a person judged stays as it was judged."""
    ordered = sorted(found, key=lambda one: (one.since, one.protocol))
    told = [f"“{one.protocol}”: {', '.join(map(_sentence, one.differences))}" for one in ordered[:_SHOWN]]
    more = f"; and {len(ordered) - _SHOWN} more protocols" if len(ordered) > _SHOWN else ""
    with_version = f" with {cause}" if cause.startswith("software ") else ""
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=f"scanner {scanner}",
        cause=cause,
        sentence=f"Set otherwise on {name} since {ordered[0].since[:10]}{with_version}: {'; '.join(told)}{more}.",
        not_seen=("Whether somebody meant it, and settings that its reports do not have.",),
        dated=Dated(
            protocols=tuple(sorted({one.protocol for one in found})),
            since=ordered[0].since,
            earliest=ordered[0].since,
            latest=ordered[-1].since,
        ),
    )


def _sentence(one: Difference) -> str:
    return one.sentence


def versions_of(found: Iterable[Change], first_days: Mapping[str, str]) -> Iterator[tuple[Change, str]]:
    """Each change with the software version that came between the last exam before it and its first; `first_days` has the first
    day of each version of the scanner."""
    for change in found:
        begun = [
            (day, version)
            for version, day in first_days.items()
            if version and change.last_before[:10] <= day <= change.since[:10] and day > min(first_days.values())
        ]
        yield change, max(begun)[1] if begun else ""
