"""What was planted in a scenario and which exams it touched: the content of `truth.json`."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from doseloop.simulate.scenario.entries import Entry, Scenario
from doseloop.simulate.scenario.play import PlayedExam

VERSION = 1


@dataclass(slots=True)
class Tally:
    """What was seen of the exams so far."""

    counts: Counter[str] = field(default_factory=Counter)
    touched: dict[str, list[str]] = field(default_factory=dict)
    """Study Instance UIDs by fault, in the order of time at each scanner."""
    places: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)
    """Scanner, procedure and protocol by fault."""
    days: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Day of the first and the last exam touched by fault."""

    def add(self, played: PlayedExam) -> None:
        """Count one exam."""
        exam, deliveries = played.exam, played.simulated.deliveries
        numbers = {delivery.report.number for delivery in deliveries}
        self.counts["exams"] += 1
        self.counts["objects"] += len(deliveries)
        self.counts["late_exams"] += played.late
        self.counts["resent_objects"] += len(deliveries) - len(numbers)
        self.counts["exams_without_weight"] += not exam.weight_recorded
        for fault in played.simulated.truth.faults:
            day = exam.started_at.date().isoformat()
            self.touched.setdefault(fault, []).append(exam.study_uid)
            self.places.setdefault(fault, set()).add((exam.scanner.name, exam.procedure, exam.protocol))
            self._widen(fault, day, day)

    def join(self, other: "Tally") -> None:
        """Take in what was seen at another scanner."""
        self.counts.update(other.counts)
        for fault, studies in other.touched.items():
            self.touched.setdefault(fault, []).extend(studies)
            self.places.setdefault(fault, set()).update(other.places[fault])
            self._widen(fault, *other.days[fault])

    def _widen(self, fault: str, first: str, last: str) -> None:
        before, after = self.days.get(fault, (first, last))
        self.days[fault] = min(first, before), max(last, after)


def truth(scenario: Scenario, tally: Tally) -> dict[str, Any]:
    """The truth about a scenario that was played, as JSON has it; the names stay."""
    counted = ("exams", "objects", "resent_objects", "late_exams", "exams_without_weight")
    return {
        "version": VERSION,
        "title": scenario.title,
        "description": scenario.description,
        "seed": scenario.seed,
        "from": scenario.start.isoformat(),
        "to": scenario.last.isoformat(),
        "autocorrelation": scenario.autocorrelation,
        **{name: tally.counts[name] for name in counted},
        "faults": [_fault(entry, tally) for entry in scenario.faults],
        "changes": [_entry(entry) for entry in scenario.changes],
    }


def _fault(entry: Entry, tally: Tally) -> dict[str, Any]:
    first, last = tally.days.get(entry.name, (None, None))
    places = sorted(tally.places.get(entry.name, ()))
    return _entry(entry) | {
        "first_exam": first,
        "last_exam": last,
        "protocols": [dict(zip(("scanner", "procedure", "protocol"), place, strict=True)) for place in places],
        "study_uids": tally.touched.get(entry.name, []),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": entry.kind,
        "scanner": entry.scanner,
        "procedure": entry.procedure,
        "from": entry.first.isoformat(),
        "to": entry.last.isoformat(),
        "size": dict(entry.size),
    }
