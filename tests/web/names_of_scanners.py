"""Fifty names of CT that no procedure is known for, as scanners and orders write them, each with a few exams."""

from datetime import timedelta

from django.utils import timezone

from doseloop.store.changes import note_change
from doseloop.store.models import Exam, Part, Patient, Scanner

SURE = (
    *("CT CHEST W CONTRAST", "CT ABD/PEL W/O CONT", "CHESTABDPELVIS", "CT CAP W IV CONTRAST", "CT Thorax mit KM"),
    *(
        "CT UROGRAM",
        "CT GUIDED BIOPSY LUNG",
        "CT Lungenembolie",
        "CT HWS nativ",
        "CTA CAROTIDS",
        "CT ABDOMEN W WO CONTRAST",
    ),
    *(
        "CT SINUSES WITHOUT CONTRAST",
        "CT Felsenbein beidseits",
        "CT NECK SOFT TISSUE W",
        "CT L SPINE WO",
        "CT Becken nativ",
    ),
    *(
        "CT CHEST PE PROTOCOL",
        "CT RENAL STONE",
        "CT Virtual Colonoscopy",
        "CT TRAUMA WHOLE BODY",
        "CT PELVIS W CONTRAST",
    ),
    *(
        "CT CHEST HI RES",
        "CT LIVER 3 PHASE",
        "CT ENTEROGRAPHY",
        "CT ORBITS WO",
        "CT FACIAL BONES",
        "CT T SPINE",
        "CT HEAD W WO",
    ),
    *(
        "CT KNEE LEFT WO",
        "CT SHOULDER RIGHT",
        "CTA CHEST",
        "CTA ABDOMEN PELVIS",
        "CT ANGIO LEGS",
        "CT Kopf Hals",
    ),
    *(
        "CT NECK CHEST W",
        "CT LOW DOSE LUNG SCREENING",
        "CT CALCIUM SCORE",
        "CORONARY CTA",
        "CT BRAIN PERFUSION",
        "CT CTA HEAD NECK",
    ),
)
UNSURE = ("CT Chest Fic", "CT ABD PEL Qrs protocol", "CT Thorax Studie ABX", "CT Pelvis LTRC")
OPEN = ("ROUTINE", "G2", "Siemens PVP", "Special 4", "Follow up", "E1")


def give_names() -> None:
    """Write the exams, the most frequent name first."""
    scanner = Scanner.objects.filter(modality="CT").order_by("pk")[0]
    patient = Patient.objects.order_by("pk")[7]
    for position, name in enumerate((*SURE, *UNSURE, *OPEN)):
        for number in range(1 + (50 - position) // 12):
            _exam(scanner, patient, name, f"2.25.33{position:03}{number}", position + number)
    note_change(Exam.objects.filter(study_uid__startswith="2.25.33").values_list("pk", flat=True))


def _exam(scanner: Scanner, patient: Patient, name: str, study_uid: str, days: int) -> None:
    at = timezone.now() - timedelta(days=2 + days)
    started = at.isoformat()[:19]
    exam = Exam.objects.create(
        site=scanner.site, scanner=scanner, patient=patient, study_uid=study_uid, modality="CT", started_at=started,
        zone="Europe/London", zone_source="site", description=name, received_at=at, settled=True, age_band="adult",
        dlp_mgy_cm=180.0,
    )  # fmt: skip
    Part.objects.create(exam=exam, site=scanner.site, position=0, modality="CT", started_at=started, dlp_mgy_cm=180.0)
