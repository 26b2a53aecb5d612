"""A record of some hundreds of exams as chance has them, with everything that makes answers hard: what is missing, what may still
grow, what headers alone tell, phantoms and test exams, two CTDI phantoms, people who share a name, and ties.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from doseloop.store.changes import note_change
from doseloop.store.models import (
    DoseObjectRow,
    Event,
    Exam,
    ExamPerson,
    Part,
    Patient,
    Person,
    Procedure,
    Scanner,
    Site,
)
from tests.facts.made import NOON, make_scanner, make_site

NOW: Final = datetime(2026, 11, 18, 10)
PROCEDURES: Final = {
    "CT": {"ct-head": "CT Head", "ct-chest": "CT Chest", "ct-abdomen": "CT Abdomen"},
    "XA": {"coronary-angiography": "Coronary Angiography", "pci": "PCI"},
    "MG": {"mg-screening": "Screening"},
}
SCANNERS: Final = (
    ("CT1", "CT", "Main Hospital", "SIEMENS"), ("CT2", "CT", "Main Hospital", "Siemens"), ("CT4", "CT", "North Clinic", "GE"),
    ("Angio 1", "XA", "Main Hospital", "Philips"), ("Mammo 1", "MG", "Main Hospital", ""),
)  # fmt: skip
_BANDS: Final = ((1, "child-0-1"), (5, "child-1-5"), (10, "child-5-10"), (15, "child-10-15"), (18, "child-15-18"))


@dataclass(frozen=True, slots=True)
class Department:
    """What was made, as the models hold it."""

    exams: tuple[dict[str, Any], ...]
    """Each with `parts`, `events` and `people` (key of whom and what was played), and with names of site and scanner."""
    people: dict[str, int]


def department(size: int = 400, seed: int = 1) -> Department:
    """A fresh record with a department."""
    chance = random.Random(seed)
    sites = {name: make_site(name, "Europe/Berlin") for name in ("Main Hospital", "North Clinic")}
    scanners = [_scanner(sites[site], name, modality, maker) for name, modality, site, maker in SCANNERS]
    for modality, named in PROCEDURES.items():
        for key, name in named.items():
            Procedure.objects.get_or_create(key=key, defaults={"name": name, "modality": modality})
    people = [
        Person(site=sites["Main Hospital"], name=name) for name in ("T. Brandt", "J. Brandt", "S. Okafor", "Dr. Keller")
    ]
    people.append(Person(site=sites["Main Hospital"], name="Team", is_one_person=False))
    Person.objects.bulk_create(people)
    patients = Patient.objects.bulk_create([Patient() for _ in range(size // 2)])
    source = DoseObjectRow.objects.create(
        sha256="0" * 64, size=1, way_in="test", received_at=NOON, last_received_at=NOON
    )
    exams = Exam.objects.bulk_create([_exam(chance, number, scanners, patients) for number in range(size)])
    parts = Part.objects.bulk_create([part for exam in exams for part in _parts(chance, exam)])
    Event.objects.bulk_create(_events(chance, parts, source))
    ExamPerson.objects.bulk_create([one for exam in exams for one in _named(chance, exam, people)])
    note_change([one.pk for one in exams])
    return Department(_as_dicts(scanners), {one.name: one.pk for one in people})


def _scanner(site: Site, name: str, modality: str, maker: str) -> Scanner:
    made = make_scanner(site, name, modality)
    made.manufacturer, made.station_name = maker, f"STATION {name}"
    made.save()
    return made


def _maybe(chance: random.Random, value: Any, missing: float = 0.15) -> Any:
    return None if chance.random() < missing else value


def _exam(chance: random.Random, number: int, scanners: list[Scanner], patients: list[Patient]) -> Exam:
    scanner = chance.choice(scanners)
    start = NOW - timedelta(minutes=chance.randrange(60 * 24 * 800))
    age = _maybe(chance, round(chance.choice((chance.uniform(0, 18), chance.uniform(18, 95))), 1), 0.1)
    totals = _totals(chance, scanner.modality)
    return Exam(
        site=scanner.site, scanner=scanner, patient=chance.choice(patients), study_uid=f"2.25.9{number}", modality=scanner.modality,
        started_at="" if chance.random() < 0.02 else start.isoformat(timespec="seconds"), age_years=age, age_band=_band(age),
        sex=chance.choice(("M", "F", "O", "")), height_m=_maybe(chance, round(chance.uniform(0.5, 2.0), 2)),
        weight_kg=_maybe(chance, float(chance.randrange(3, 120)), 0.3), protocol_name=chance.choice(("Head", "Thorax Child", "")),
        received_at=NOON, settled=chance.random() < 0.9, excluded_as=chance.choice(("",) * 30 + ("phantom", "test")), **totals,
    )  # fmt: skip


def _totals(chance: random.Random, modality: str) -> dict[str, Any]:
    found: dict[str, Any] = {"effective_dose_estimate_msv": _maybe(chance, round(chance.uniform(0.1, 20), 2))}
    if modality == "CT":
        found["dlp_mgy_cm"] = _maybe(chance, float(chance.randrange(50, 1500, 25)))
    if modality == "XA":
        found["dap_gy_cm2"] = _maybe(chance, round(chance.uniform(1, 90), 1))
        found["ka_r_mgy"] = _maybe(chance, float(chance.randrange(10, 3000)))
        found["fluoro_time_s"] = _maybe(chance, float(chance.randrange(10, 3000)))
    return found


def _band(age: float | None) -> str:
    if age is None:
        return ""
    return next((key for below, key in _BANDS if age < below), "adult")


def _parts(chance: random.Random, exam: Exam) -> list[Part]:
    keys = sorted(PROCEDURES[exam.modality])
    return [
        Part(
            exam=exam, site_id=exam.site_id, position=position, modality=exam.modality,
            procedure_id=_maybe(chance, chance.choice(keys), 0.05),
            age_band=exam.age_band, weight_kg=exam.weight_kg, weight_source="object" if exam.weight_kg else "",
            phantom_cm=_maybe(chance, chance.choice((16, 32, 32)), 0.05) if exam.modality == "CT" else None,
            eligible=not exam.excluded_as and chance.random() < 0.95, **_totals(chance, exam.modality),
        )
        for position in range(chance.choice((1, 1, 1, 2)))
    ]  # fmt: skip


def _events(chance: random.Random, parts: list[Part], source: DoseObjectRow) -> list[Event]:
    made, positions = [], dict.fromkeys((one.exam_id for one in parts), 0)
    for part in parts:
        for _ in range(chance.randrange(4)):
            fields: dict[str, Any] = {"kvp": _maybe(chance, float(chance.choice((80, 100, 120))))}
            if part.modality == "CT":
                fields |= {
                    "ctdi_vol_mgy": _maybe(chance, float(chance.randrange(1, 60))),
                    "phantom_cm": part.phantom_cm,
                }
                fields["ssde_mgy"] = _maybe(chance, round(chance.uniform(1, 50), 1), 0.4)
            if part.modality == "MG":
                fields |= {"agd_mgy": _maybe(chance, round(chance.uniform(0.5, 4), 2))}
                fields["compression_thickness_mm"] = _maybe(chance, float(chance.randrange(15, 100)))
            made.append(
                Event(
                    exam_id=part.exam_id, part=part, object=source, position=positions[part.exam_id], kind="ct", detail=b"",
                    role=chance.choice(("main", "main", "main", "localiser")), protocol=chance.choice(("Head", "Lung", "")),
                    **fields,
                )
            )  # fmt: skip
            positions[part.exam_id] += 1
    return made


def _named(chance: random.Random, exam: Exam, people: list[Person]) -> list[ExamPerson]:
    if exam.site_id != people[0].site_id:
        return []
    operators = chance.sample([people[0], people[2], people[4]], chance.choice((0, 1, 1, 2)))
    operators += [people[1]] if chance.random() < 0.02 else []
    physicians = [people[3]] if chance.random() < 0.5 else []
    return [
        *(ExamPerson(exam=exam, person=one, part="operator") for one in operators),
        *(ExamPerson(exam=exam, person=one, part="physician") for one in physicians),
    ]


def _as_dicts(scanners: list[Scanner]) -> tuple[dict[str, Any], ...]:
    named = {one.pk: one for one in scanners}
    exams = {row["id"]: {**row, "parts": [], "events": [], "people": []} for row in Exam.objects.values()}
    parts = {row["id"]: row for row in Part.objects.values()}
    for one in exams.values():
        scanner = named[one["scanner_id"]]
        one.update(scanner=scanner.name, site=scanner.site.name, maker=scanner.manufacturer)
        one["start"] = datetime.fromisoformat(one["started_at"]) if one["started_at"] else None
    for row in parts.values():
        exams[row["exam_id"]]["parts"].append(row)
    for row in Event.objects.values():
        exams[row["exam_id"]]["events"].append({**row, "of": parts[row["part_id"]]})
    for row in ExamPerson.objects.select_related("person").values(
        "exam_id", "part", "person__name", "person__is_one_person"
    ):
        exams[row["exam_id"]]["people"].append((row["part"], row["person__name"], row["person__is_one_person"]))
    return tuple(exams.values())
