"""A department in the record: exams of a year and of today, flags, a silent scanner, refused peers, objects in trouble.

Names of patients hold markup on purpose: pages show it as text.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.utils import timezone

from doseloop.access.rights import Role
from doseloop.access.scope import SYSTEM
from doseloop.harmonise.age_bands import age_band
from doseloop.model.ct import CtEvent, CtSource
from doseloop.model.flag import Finding
from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading
from doseloop.store import accounts, case_opening, findings, flags, peers, procedures
from doseloop.store.audit import Actor
from doseloop.store.changes import note_change
from doseloop.store.comments import add_comment
from doseloop.store.models import DoseObjectRow, Event, Exam, Flag, Identity, Part, Patient, Person, Scanner, Site
from doseloop.store.packing import pack
from tests.web.browser import PASSWORD
from tests.web.operator_looks_made import give_looks
from tests.web.reports_of_scanners import give_records
from tests.web.staff_of_exams import give_others, give_staff
from tests.web.trees import FIRST_EVENT, Item, ct_tree

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% csrf_token %}",
    "</textarea><svg onload=alert(1)>",
)
FAMILIES = ("Okafor", "Lindqvist", "Novak", "Tanaka", "Moreau", "Haddad", "Byrne", "Castellanos", "Nguyen", "Weiss")
GIVEN = ("Amara", "Elias", "Hana", "Jonas", "Leila", "Mateo", "Niamh", "Ravi", "Sofia", "Tomas")
ZONE = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Kind:
    """A procedure as the department does it: typical doses, protocol names."""

    key: str
    protocol: str
    description: str
    ctdi: tuple[float, ...]
    length_mm: float
    phantom: int = 32


CT_KINDS = (
    Kind("ct-head", "01_HeadRoutine", "CT Head", (48.0,), 155, 16),
    Kind("ct-chest", "05_Thorax_Routine", "CT Chest", (6.4,), 330),
    Kind("ct-abdomen-pelvis", "08_AbdPel_PV", "CT Abdomen/Pelvis", (9.8,), 440),
    Kind("ct-chest-abdomen-pelvis", "10_CAP_Staging", "CT Chest/Abdomen/Pelvis", (8.9,), 640),
    Kind("ctpa", "06_PE_lowkV", "CTPA", (7.1,), 280),
    Kind("ct-kub", "12_KUB_LowDose", "CT Kidneys/Ureters/Bladder", (4.2,), 420),
)


@dataclass
class Department:
    """What was made, for tests to find."""

    site: Site
    other_site: Site
    exam: int = 0
    angiography: int = 0
    other_exam: int = 0
    flag: int = 0
    other_flag: int = 0
    object: int = 0
    scanner: int = 0
    other_scanner: int = 0
    hostile_exam: int = 0
    person: int = 0
    other_person: int = 0
    trees: dict[int, Item] = field(default_factory=dict)


def fill(exams: int = 320) -> Department:
    """Make the department in the record that is open."""
    chance = random.Random(7)
    procedures.bring_up_to_date()
    site = Site.objects.create(name="St Brigid’s Hospital", zone="Europe/London", units={"dap_gy_cm2": "cGy·cm²"})
    other = Site.objects.create(name="Harbour Clinic", zone="Europe/London", units={"dap_gy_cm2": "cGy·cm²"})
    made = Department(site, other)
    make_accounts(site, other)
    scanners = _scanners(site, other)
    made.scanner, made.other_scanner = scanners[0].pk, scanners[4].pk
    patients = [_patient(number) for number in range(80)]
    now = timezone.now()
    for position in range(exams):
        days = 1 + int(364 * (1 - (position / exams)))
        kind = chance.choices(CT_KINDS, weights=(30, 18, 16, 9, 12, 8))[0]
        scanner = chance.choices(scanners[:3], weights=(10, 8, 3))[0]
        started = (now - timedelta(days=days)).replace(hour=chance.randint(7, 18), minute=chance.randint(0, 59))
        _ct_exam(made, chance, scanner, chance.choice(patients[4:]), kind, started)
    _today(made, chance, scanners, patients, now)
    _elsewhere(made, chance, scanners, patients, now)
    _troubles(now)
    give_records()
    give_defects()
    give_staff(site)
    give_looks(site)
    made.other_person = give_others(other).pk
    made.person = Person.objects.get(site=site, name="Brandt^Tina").pk
    note_change(Exam.objects.values_list("pk", flat=True))
    return made


def give_defects() -> None:
    """What a real department's data have: some exams come late, some hold values that were repaired or cannot be."""
    exams = Exam.objects.order_by("pk")
    exams.update(delay_h=0.3, repaired=0, implausible=0)
    for every, defect in (
        (9, {"delay_h": 40.0}),
        (13, {"repaired": 2}),
        (31, {"implausible": 1}),
        (47, {"delay_h": -3.0}),
    ):
        exams.filter(pk__in=list(exams.values_list("pk", flat=True))[::every]).update(**defect)


def make_accounts(site: Site, other: Site) -> None:
    """One account for each role at the site, and one of a physicist at the other alone."""
    for role in Role:
        user = get_user_model().objects.create_user(role.value, password=PASSWORD)
        accounts.grant(user.pk, site.pk, role)
    stranger = get_user_model().objects.create_user("stranger", password=PASSWORD)
    accounts.grant(stranger.pk, other.pk, Role.PHYSICIST)
    get_user_model().objects.create_user("nobody", password=PASSWORD)
    both = get_user_model().objects.create_user("m.keane", password=PASSWORD)
    everywhere = get_user_model().objects.create_user("a.osei", password=PASSWORD)
    for one in (site, other):
        accounts.grant(everywhere.pk, one.pk, Role.ADMINISTRATOR)
    looking = get_user_model().objects.create_user("l.moreau", password=PASSWORD)
    for where in (site, other):
        accounts.grant(looking.pk, where.pk, Role.PHYSICIST)
        accounts.grant(both.pk, where.pk, Role.PHYSICIST)
        accounts.grant(both.pk, where.pk, Role.ADMINISTRATOR)


def _scanners(site: Site, other: Site) -> list[Scanner]:
    now = timezone.now()
    rows = (
        (site, "CT 1 Emergency", "CT", "SIEMENS", "SOMATOM Force", "CT1EMER", "75231", "VB20A", timedelta(seconds=40)),
        (site, "CT 2 Outpatients", "CT", "GE MEDICAL SYSTEMS", "Revolution CT", "CT2OPD", "REV0417", "22MW", timedelta(minutes=7)),
        (site, "CT 3 Oncology", "CT", "Canon Medical Systems", "Aquilion ONE", "CT3ONC", "ACA2091", "V10.8", timedelta(hours=52)),
        (site, "Angio 1", "RF", "Philips", "Azurion 7 M20", "ANGIO1", "722079-118", "2.1.4", timedelta(minutes=21)),
        (other, "Harbour CT", "CT", "SIEMENS", "SOMATOM go.Top", "HARBCT", "118223", "VA40A", timedelta(hours=3)),
    )  # fmt: skip
    return [
        Scanner.objects.create(
            site=where, key=station, name=name, modality=modality, manufacturer=maker, model=model, station_name=station,
            serial_number=serial, software_versions=software, first_object_at=now - timedelta(days=400),
            last_object_at=now - quiet,
        )
        for where, name, modality, maker, model, station, serial, software, quiet in rows
    ]  # fmt: skip


def _patient(number: int) -> Patient:
    patient = Patient.objects.create()
    name = f"{FAMILIES[number % 10]}^{GIVEN[(number * 7 + number // 10) % 10]}"
    if number < len(PAYLOADS):
        name = f"Byrne{PAYLOADS[number]}^Niamh"
    Identity.objects.create(
        patient=patient, number=f"MRN{204000 + 37 * number}", name=name, joins=True, recorded_at=timezone.now(),
        birth_date=date(1940 + number * 7 % 60, 1 + number % 12, 1 + number % 28),
    )  # fmt: skip
    return patient


def _ct_exam(
    made: Department,
    chance: random.Random,
    scanner: Scanner,
    patient: Patient,
    kind: Kind,
    started: datetime,
    **given: Any,
) -> Exam:
    weight = round(chance.gauss(74, 13), 1) if chance.random() > 0.15 else None
    age = 18 + chance.random() * 68
    factor = given.pop("factor", None) or chance.lognormvariate(0, 0.22) * (((weight or 74) / 74) ** 0.8)
    factor *= {"CT 1 Emergency": 1.0, "CT 2 Outpatients": 1.45, "CT 3 Oncology": 0.82}.get(scanner.name, 1.1)
    exam = _exam(scanner, patient, kind, started, age, weight, given)
    acquisitions = [("Topogram", "Constant Angle Acquisition", "localiser", 0.14, 512.0)]
    acquisitions += [
        (kind.protocol.split("_")[1], "Spiral Acquisition", "main", ctdi * factor, kind.length_mm) for ctdi in kind.ctdi
    ]
    source = _object(scanner, exam, started, "ct report")
    events = [
        {
            "protocol": name, "uid": f"2.25.{exam.pk}{n}", "kvp": 100 if n and kind.key == "ctpa" else 120, "type": type_,
            "ma": round(30 + 190 * factor * min(n, 1), 0), "time": round(1000 + length * 6, 1), "length": length,
            "pitch": 1.2, "ctdi": round(ctdi, 2), "dlp": round(ctdi * length / 10 * (1.06 if n else 1), 2), "role": role,
        }
        for n, (name, type_, role, ctdi, length) in enumerate(acquisitions)
    ]  # fmt: skip
    made.trees[source.pk] = ct_tree(events, "Byrne^Niamh")
    dlp = round(sum(event["dlp"] for event in events), 2)
    part = Part.objects.create(
        exam=exam, site=scanner.site, position=0, modality="CT", procedure_id=kind.key, age_band=exam.age_band,
        evidence=[{"field": "protocol name", "words": kind.protocol, "basis": "site mapping"}], started_at=exam.started_at,
        weight_kg=weight, phantom_cm=kind.phantom, dlp_mgy_cm=dlp, ctdi_vol_mgy=max(event["ctdi"] for event in events),
        eligible=not exam.excluded_as,
    )  # fmt: skip
    for position, event in enumerate(events):
        _ct_event(exam, part, source, position, event, kind, started)
    stated = given.get("stated", dlp)
    exam.dlp_mgy_cm, exam.event_count = stated, len(events)
    exam.totals = [{"part": 0, "quantity": "dlp_mgy_cm", "stated": stated, "summed": dlp, "used": "stated"}]
    exam.save()
    return exam


def _ct_event(
    exam: Exam, part: Part, source: DoseObjectRow, position: int, event: dict[str, Any], kind: Kind, started: datetime
) -> None:
    at = f"1.{FIRST_EVENT + position}"

    def read(name: str, place: str, unit: str) -> Reading[float]:
        return Reading(float(event[name]), f"{at}.{place}", f"{event[name]:g} {unit}")

    begun = (started.astimezone(ZONE) + timedelta(seconds=40 * position)).isoformat()[:19]
    detail = CtEvent(
        event_uid=Reading(event["uid"], f"{at}.2", event["uid"]),
        started_at=Reading(begun, f"{at}.2", begun),
        protocol=Reading(event["protocol"], f"{at}.1", event["protocol"]),
        acquisition_type=Reading(Code("P5-08001", "SRT", event["type"]), f"{at}.1", event["type"]),
        ctdi_vol_mgy=read("ctdi", "4.1", "mGy"),
        dlp_mgy_cm=read("dlp", "4.3", "mGy.cm"),
        exposure_time_ms=read("time", "3.1", "ms"),
        scanning_length_mm=read("length", "3.2", "mm"),
        pitch=read("pitch", "3.4", "{ratio}"),
        phantom_cm=kind.phantom,
        sources=(
            CtSource(identification="A", kvp=read("kvp", "3.5.2", "kV"), tube_current_ma=read("ma", "3.5.4", "mA")),
        ),
    )
    Event.objects.create(
        exam=exam, part=part, object=source, position=position, event_uid=event["uid"], kind="ct", role=event["role"],
        started_at=begun, type=event["type"], protocol=event["protocol"], target_region=kind.description[3:],
        ctdi_vol_mgy=event["ctdi"], dlp_mgy_cm=event["dlp"], phantom_cm=kind.phantom, kvp=event["kvp"],
        tube_current_ma=event["ma"], exposure_time_ms=event["time"], pitch=event["pitch"],
        scanning_length_mm=event["length"], detail=pack(detail),
    )  # fmt: skip


def _exam(
    scanner: Scanner,
    patient: Patient,
    kind: Kind,
    started: datetime,
    age: float,
    weight: float | None,
    given: dict[str, Any],
) -> Exam:
    band = age_band(age)
    number = Exam.objects.count() + 1
    fields = {
        "study_uid": f"2.25.9{number:012}", "accession_number": f"A{26000000 + number}", "modality": scanner.modality,
        "started_at": started.astimezone(ZONE).isoformat()[:19], "zone": "Europe/London", "zone_source": "site",
        "description": kind.description, "protocol_name": kind.protocol, "requested_procedure": kind.description,
        "age_years": age, "age_band": band.key if band else "", "sex": "F" if number % 2 else "M",
        "weight_kg": weight, "height_m": 1.71, "received_at": started + timedelta(minutes=3), "settled": True,
    }  # fmt: skip
    fields |= {name: value for name, value in given.items() if name != "stated"}
    return Exam.objects.create(site=scanner.site, scanner=scanner, patient=patient, **fields)


def _object(scanner: Scanner, exam: Exam | None, at: datetime, kind: str, **given: Any) -> DoseObjectRow:
    number = DoseObjectRow.objects.count() + 1
    fields = {
        "sha256": f"{number:064x}", "size": 14_200 + 91 * (number % 50), "state": "read", "way_in": "dimse", "kind": kind,
        "peer_ae": scanner.station_name, "peer_host": "10.1.4.21", "received_at": at + timedelta(minutes=3),
        "last_received_at": at + timedelta(minutes=3), "sop_instance_uid": f"2.25.8{number}", "exam": exam,
    }  # fmt: skip
    return DoseObjectRow.objects.create(**{**fields, **given})


def _today(
    made: Department, chance: random.Random, scanners: list[Scanner], patients: list[Patient], now: datetime
) -> None:
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    minutes = max(5, int((now - midnight).total_seconds() // 60))
    moments = sorted(now - timedelta(minutes=minutes * share / 34) for share in range(1, 34))
    for position, moment in enumerate(moments):
        scanner = chance.choice(scanners[:2])
        received = moment + timedelta(minutes=min(3.0, minutes / 200))
        latest = position >= len(moments) - 4
        _ct_exam(made, chance, scanner, chance.choice(patients[4:]), chance.choice(CT_KINDS), moment,
                 received_at=received, settled=not latest)  # fmt: skip
    high = _ct_exam(made, chance, scanners[0], patients[12], CT_KINDS[1], now - timedelta(minutes=4), factor=4.1,
                    received_at=now - timedelta(seconds=50), settled=False)  # fmt: skip
    made.exam, made.object = high.pk, DoseObjectRow.objects.get(exam=high).pk
    made.flag = _flag(high, 4.1)
    head = _ct_exam(made, chance, scanners[1], patients[11], CT_KINDS[0], now - timedelta(minutes=9), factor=2.6,
                    received_at=now - timedelta(minutes=6))  # fmt: skip
    made.other_flag = _flag(head, 2.6)
    keane = Actor(get_user_model().objects.get(username="m.keane").pk, "m.keane", "10.1.0.8")
    add_comment(
        SYSTEM, high.pk, "Arms were down. Asked the radiographer for the reason, she will look at the request.", keane
    )
    old = Exam.objects.filter(site=made.site).order_by("pk")[40:46]
    for number, exam in enumerate(old):
        flag = _flag(exam, 2.2 + number / 10)
        if number < 3:
            flags.set_aside(SYSTEM, flag, str(list(flags.SetAsideReason)[number]), "Seen with the radiographer.", keane)
        elif number == 3:
            case_opening.open_case(SYSTEM, [flag], "High dose: CT of a chest, CT 1", keane)
    made.angiography = _angiography(chance, scanners[3], patients[20], now - timedelta(minutes=35))


def _flag(exam: Exam, factor: float) -> int:
    part = exam.parts.get()
    value = part.dlp_mgy_cm or 0.0
    finding = Finding(
        rule="high-dose", version="1", subject=f"part {part.pk}", cause="dlp_mgy_cm", quantity="dlp_mgy_cm", value=value,
        expected=value / factor, threshold=value / factor * 2, factor=factor, n=87, provisional=not exam.settled,
        sentence=f"The DLP of this {part.procedure.name} is {factor:.1f} times what 87 others of adults let expect "
                 f"({value:.0f} mGy·cm instead of {value / factor:.0f}).",
        not_seen=("Size was not taken into account: the exam has no weight.",) if exam.weight_kg is None else (),
    )  # fmt: skip
    findings.apply(exam.pk, [findings.ExamFinding(finding, part.procedure_id)])
    flag = Flag.objects.get(exam=exam)
    Flag.objects.filter(pk=flag.pk).update(raised_at=exam.received_at)
    return flag.pk


def _angiography(chance: random.Random, scanner: Scanner, patient: Patient, started: datetime) -> int:
    kind = Kind("xa-pci", "Coronary", "PCI", (), 0)
    exam = _exam(scanner, patient, kind, started, 67.0, 82.0, {"received_at": started + timedelta(minutes=20)})
    source = _object(scanner, exam, started, "projection report")
    part = Part.objects.create(
        exam=exam, site=scanner.site, position=0, modality="RF", procedure_id="xa-pci", age_band="adult",
        evidence=[{"field": "study description", "words": "PCI", "basis": "catalogue"}], started_at=exam.started_at,
        weight_kg=82.0, dap_gy_cm2=41.7, ka_r_mgy=812.0, fluoro_time_s=614.0,
    )  # fmt: skip
    for position in range(24):
        fluoroscopy = position % 3 != 2
        dap = round(chance.uniform(0.4, 1.6) * (1 if fluoroscopy else 2.4), 3)
        at = f"1.{9 + position}"
        word = "Fluoroscopy" if fluoroscopy else "Stationary Acquisition"
        detail = ProjectionEvent(
            irradiation_type=Reading(Code("P5-06000", "SRT", word), f"{at}.4", word),
            plane=Reading(Code("113622", "DCM", "Single Plane"), f"{at}.1", "Single Plane"),
            dap_gy_cm2=Reading(dap, f"{at}.8", f"{dap * 1e-4:g} Gym2"),
            ka_r_mgy=Reading(round(dap * 19, 1), f"{at}.9", f"{dap * 0.019:g} Gy"),
            kvp=Reading(76.0 + position % 5, f"{at}.14", "76 kV"),
            tube_current_ma=Reading(310.0, f"{at}.15", "310 mA"),
            primary_angle_deg=Reading(float(-30 + 5 * (position % 12)), f"{at}.10", "0 deg"),
            secondary_angle_deg=Reading(float(20 - 3 * (position % 9)), f"{at}.11", "0 deg"),
            pulses=Reading(float(120 + position), f"{at}.16", "120 1"),
        )
        Event.objects.create(
            exam=exam, part=part, object=source, position=position, event_uid=f"2.25.77{position}", kind="projection",
            role="fluoroscopy" if fluoroscopy else "acquisition", type=word, plane="Single Plane", protocol="Coro 15 fps",
            started_at=(started.astimezone(ZONE) + timedelta(seconds=70 * position)).isoformat()[:19],
            dap_gy_cm2=dap, ka_r_mgy=dap * 19, detail=pack(detail),
        )  # fmt: skip
    exam.dap_gy_cm2, exam.ka_r_mgy, exam.fluoro_time_s, exam.event_count = 41.7, 812.0, 614.0, 24
    exam.totals = [
        {"part": 0, "quantity": "dap_gy_cm2", "stated": 41.7, "summed": 38.1, "used": "stated"},
        {"part": 0, "quantity": "ka_r_mgy", "stated": 812.0, "summed": 809.2, "used": "stated"},
        {"part": 0, "quantity": "fluoro_time_s", "stated": 614.0, "summed": None, "used": "stated"},
    ]
    exam.issues = ["The stated KAP of 41.7 Gy·cm² is 9 % above the sum of its 24 events."]
    exam.save()
    return exam.pk


def _elsewhere(
    made: Department, chance: random.Random, scanners: list[Scanner], patients: list[Patient], now: datetime
) -> None:
    kind = Kind("ct-head", PAYLOADS[0], f"CT Head {PAYLOADS[1]}", (51.0,), 155, 16)
    plain = CT_KINDS[0]
    other = _ct_exam(made, chance, scanners[4], patients[30], plain, now - timedelta(hours=3))
    made.other_exam = other.pk
    hostile = _ct_exam(made, chance, scanners[0], patients[1], Kind("ct-head", "01_Head", kind.description, (51.0,), 155, 16),
                       now - timedelta(days=40))  # fmt: skip
    made.hostile_exam = hostile.pk
    Exam.objects.filter(pk=hostile.pk).update(protocol_name=kind.protocol, requested_procedure="=1+1|" + PAYLOADS[3])
    _ct_exam(made, chance, scanners[1], patients[70], CT_KINDS[0], now - timedelta(days=6), excluded_as="phantom",
             excluded_reason="Monthly constancy test")  # fmt: skip


def _troubles(now: datetime) -> None:
    scanner = Scanner.objects.get(name="CT 2 Outpatients")
    _object(scanner, None, now - timedelta(hours=2), "", state="quarantined", reason_code="truncated",
            reason="A declared length runs past the end of the object.",
            hint="The object is cut short: send it again from the scanner or the archive.")  # fmt: skip
    exam = Exam.objects.filter(scanner=scanner).order_by("-pk").first()
    _object(scanner, exam, now - timedelta(hours=1), "ct report", state="partly read", reason_code="partly",
            reason="Event 3 has no CTDIvol that can be read.", hint="Its other values are in the exam.")  # fmt: skip
    refused = {("CT7", "10.1.2.3", peers.NOT_KNOWN): 14, ("", "10.1.9.40", "did not ask for a DICOM association"): 2}
    peers.note_refusals(refused)
