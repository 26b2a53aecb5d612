"""The department that the questions of these tests speak of."""

from datetime import datetime
from functools import cache

from doseloop.ask.department import Department, Machine
from doseloop.ask.reader import Reader
from doseloop.ask.vocabulary import vocabulary

DEPARTMENT = Department(
    now=datetime(2026, 11, 18, 10),
    scanners=(
        Machine("CT1", "CT", "Main Hospital", ("scanner 1",)),
        Machine("CT2", "CT", "Main Hospital", ("scanner 2",)),
        Machine("CT3", "CT", "Main Hospital", ("scanner 3", "emergency CT", "ER CT")),
        Machine("CT4", "CT", "North Clinic", ("scanner 4",)),
        Machine("PET/CT 1", "CT", "Main Hospital", ("PET CT",)),
        Machine("Angio 1", "XA", "Main Hospital", ("cath lab",)),
        Machine("Angio 2", "XA", "Main Hospital", ("room 2",)),
        Machine("Mammo 1", "MG", "Main Hospital"),
        Machine("Mammo 2", "MG", "North Clinic"),
        Machine("DR Room 1", "DX", "Main Hospital", ("room 1",)),
        Machine("DR Room 2", "DX", "North Clinic", ("room 2",)),
    ),
    sites=("Main Hospital", "North Clinic"),
    operators=("T. Brandt", "J. Brandt", "S. Okafor", "L. Moreau", "A. Yilmaz"),
    physicians=("Dr. Keller", "Dr. Novak", "Dr. Rossi"),
    procedures=(
        *(
            ("CT", name)
            for name in (
                "CT Head",
                "CT Chest",
                "CT Chest low dose",
                "CTPA",
                "CT Abdomen",
                "CT Abdomen/Pelvis",
                "CT Chest/Abdomen/Pelvis",
                "CT Lumbar Spine",
                "CT Cardiac",
            )
        ),
        *(("XA", name) for name in ("Coronary Angiography", "PCI", "TAVI", "Cerebral Angiography", "ERCP", "EVAR")),
        *(("DX", name) for name in ("Chest PA", "Pelvis AP")),
    ),
)


@cache
def reader(code: str = "en") -> Reader:
    """A reader of a language for the department."""
    return Reader(vocabulary(code, DEPARTMENT))
