"""A working day of the virtual hospital: when exams happen, and the objects that leave the scanners."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from heapq import merge
from random import Random

from doseloop.simulate.chance import chance, poisson
from doseloop.simulate.department import Department, Scanner, standard_department
from doseloop.simulate.exam import draw_exam
from doseloop.simulate.faults import Fault, Planted, Slot, planted
from doseloop.simulate.patients import Patient
from doseloop.simulate.records import Exam, Report
from doseloop.simulate.report import encode
from doseloop.simulate.tid10001_projection import dap_total_gy_m2, ka_r_total_gy
from doseloop.simulate.tid10011_ct import dlp_total_mgy_cm

PLANNED_WEEK = (0.19, 0.19, 0.19, 0.19, 0.17, 0.05, 0.02)
EMERGENCY_WEEK = (0.155, 0.145, 0.145, 0.14, 0.15, 0.135, 0.13)
PLANNED_HOURS = (0, 0, 0, 0, 0, 0, 0, 2, 9, 11, 11, 10, 7, 9, 10, 9, 6, 3, 1, 1, 0, 0, 0, 0)
EMERGENCY_HOURS = (3, 2, 2, 1, 1, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5, 5, 4, 3)
SLOT_MINUTES = {"CT": 12, "XA": 75}
RESENT = 0.02
"""Share of exams whose last report comes a second time."""
FIRST_SINGLE = datetime.combine(date(2026, 1, 5), time(8))
DEFAULT_MIX = {"CT": 0.85, "XA": 0.15}


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened in an exam, for those who test whether it was noticed."""

    study_uid: str
    scanner: str
    procedure: str
    faults: tuple[str, ...]
    dose_factor: float
    length_factor: float
    height_m: float
    weight_kg: float
    """Also where the object does not say it."""
    events: int
    dlp_mgy_cm: float | None
    """Whole exam; None where it is no CT."""
    dap_gy_cm2: float | None
    ka_r_mgy: float | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A report that leaves its scanner at a time."""

    at: datetime
    report: Report


@dataclass(frozen=True, slots=True)
class SimulatedExam:
    """One exam: when it began (local wall clock), where, what, on whom, and what leaves the scanner about it."""

    at: datetime
    scanner: Scanner
    procedure: str
    patient: Patient
    deliveries: tuple[Delivery, ...]
    """In the order of time; a report that is sent again stands twice."""
    truth: Truth

    @property
    def objects(self) -> tuple[bytes, ...]:
        """The DICOM files in the order of `deliveries`, made when asked for."""
        return tuple(encode(delivery.report) for delivery in self.deliveries)


def workday(department: Department, day: date, seed: int, faults: Sequence[Fault] = ()) -> Iterator[SimulatedExam]:
    """All exams of a day in the order of their beginning; the same arguments give the same bytes."""
    busy = (_scanner_day(department, scanner, day, seed, faults) for scanner in department.scanners if scanner.mix)
    return merge(*busy, key=lambda exam: (exam.at, exam.scanner.name))


def objects(n: int, seed: int, mix: Mapping[str, float] | None = None) -> list[bytes]:
    """`n` files for tests and benchmarks, one of each exam; `mix` says the share of each modality (CT, XA)."""
    department = standard_department()
    shares = mix or DEFAULT_MIX
    return [_single(department, seed, number, shares) for number in range(n)]


def _single(department: Department, seed: int, number: int, mix: Mapping[str, float]) -> bytes:
    draw = chance(seed, "single", number)
    modality = draw.choices(list(mix), list(mix.values()))[0]
    scanners = [scanner for scanner in department.scanners if scanner.modality == modality and scanner.mix]
    scanner = draw.choices(scanners, [scanner.exams_per_week for scanner in scanners])[0]
    started_at = FIRST_SINGLE + timedelta(minutes=7 * number)
    procedure = draw.choices(list(scanner.mix), list(scanner.mix.values()))[0]
    exam = draw_exam(department, scanner, procedure, started_at, f"S{number:08d}", seed, draw)
    return encode(_reports(exam)[-1])


def _scanner_day(
    department: Department, scanner: Scanner, day: date, seed: int, faults: Sequence[Fault]
) -> Iterator[SimulatedExam]:
    for planned, draw in planned_exams(scanner, day, seed):
        found = planted(faults, planned.slot)
        exam = draw_exam(
            department, scanner, planned.slot.procedure, planned.at, planned.accession, seed, draw, found.conditions
        )
        yield simulated(exam, found, draw)


@dataclass(frozen=True, slots=True)
class PlannedExam:
    """One exam of a scanner's day before it is done."""

    at: datetime
    slot: Slot
    accession: str


def planned_exams(scanner: Scanner, day: date, seed: int) -> Iterator[tuple[PlannedExam, Random]]:
    """What a scanner will do on a day, in order, each with the draws that go on to make the exam."""
    done: dict[str, int] = {}
    for index, at in enumerate(beginnings(scanner, day, chance(seed, "day", scanner.name, day)), 1):
        draw = chance(seed, "exam", scanner.name, day, index)
        procedure = draw.choices(list(scanner.mix), list(scanner.mix.values()))[0]
        done[procedure] = done.get(procedure, 0) + 1
        slot = Slot(scanner.name, procedure, day, done[procedure], index)
        yield PlannedExam(at, slot, f"{scanner.site[0]}{day:%y%m%d}{scanner.ae_title[:6]}{index:03d}"), draw


def simulated(exam: Exam, found: Planted, draw: Random, resent: float = RESENT) -> SimulatedExam:
    """An exam with what leaves its scanner and the truth about it; `resent` is the share of exams that come twice."""
    deliveries = _deliveries(exam, draw, resent)
    return SimulatedExam(exam.started_at, exam.scanner, exam.procedure, exam.patient, deliveries, _truth(exam, found))


def beginnings(scanner: Scanner, day: date, draw: Random) -> list[datetime]:
    """When the exams of a scanner's day begin, in order; no two share a slot of the scanner."""
    week, hours = (EMERGENCY_WEEK, EMERGENCY_HOURS) if scanner.emergency else (PLANNED_WEEK, PLANNED_HOURS)
    count = poisson(draw, scanner.exams_per_week * week[day.weekday()])
    midnight = datetime.combine(day, time())
    wanted = sorted(
        midnight + timedelta(hours=hour, seconds=draw.randrange(3600))
        for hour in draw.choices(range(24), hours, k=count)
    )
    slot, free_at, beginnings = timedelta(minutes=SLOT_MINUTES[scanner.modality]), midnight, []
    for at in wanted:
        at = max(at, free_at)
        if at.date() == day:
            beginnings.append(at)
        free_at = at + slot
    return beginnings


def _reports(exam: Exam) -> list[Report]:
    events = exam.ct_events or exam.runs
    whole = len(events)
    if not (exam.scanner.cumulative and whole > 1):
        return [Report(exam, 1, whole, exam.ended_at + timedelta(seconds=40))]
    return [
        Report(exam, 1, 1, events[0].ended_at + timedelta(seconds=5)),
        Report(exam, 2, whole, exam.ended_at + timedelta(seconds=40)),
    ]


def _deliveries(exam: Exam, draw: Random, resent: float) -> tuple[Delivery, ...]:
    deliveries = [
        Delivery(report.made_at + timedelta(seconds=draw.randint(1, 90)), report) for report in _reports(exam)
    ]
    if draw.random() < resent:
        again = deliveries[-1].at + timedelta(minutes=draw.randint(3, 240))
        deliveries.append(Delivery(again, deliveries[-1].report))
    return tuple(sorted(deliveries, key=lambda delivery: delivery.at))


def _truth(exam: Exam, found: Planted) -> Truth:
    return Truth(
        study_uid=exam.study_uid,
        scanner=exam.scanner.name,
        procedure=exam.procedure,
        faults=found.faults,
        dose_factor=found.conditions.dose_factor,
        length_factor=found.conditions.length_factor,
        height_m=exam.patient.height_m,
        weight_kg=exam.patient.weight_kg,
        events=len(exam.ct_events) + len(exam.runs),
        dlp_mgy_cm=dlp_total_mgy_cm(exam.ct_events) if exam.ct_events else None,
        dap_gy_cm2=round(dap_total_gy_m2(exam.runs) * 1e4, 4) if exam.runs else None,
        ka_r_mgy=round(ka_r_total_gy(exam.runs) * 1e3, 3) if exam.runs else None,
    )
