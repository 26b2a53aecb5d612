"""De-identification: an object that carries dose, without who the patient is (PS3.15 Annex E, `confidentiality`).

What comes out is read again and compared with what went in: an object of which any dose would change is refused.
"""

import struct
import warnings
from dataclasses import replace

from doseloop.model.ct import CtEvent
from doseloop.model.dose_object import Deidentified, PatientAtStudy, People, ReadResult, Requesters
from doseloop.model.errors import Malformed
from doseloop.model.precedence import first
from doseloop.model.projection import PlaneTotals
from doseloop.model.pseudonym import order_number, pseudonym, staff_name
from doseloop.reading.cleaning import Replacements, without_identity
from doseloop.reading.encoding import find_data_set
from doseloop.reading.limits import DEFAULT_LIMITS, ReadLimits
from doseloop.reading.object import read_object
from doseloop.reading.patient import completed_age
from doseloop.reading.values import CodeMemory
from doseloop.reference.staff_names import is_one_person

_UNDONE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError, OSError, EOFError),
    *(struct.error, RecursionError),
)
"""What pydicom raises on an element that it cannot make out; its message may hold the element's value."""


def deidentify(
    data: bytes, key: bytes, limits: ReadLimits = DEFAULT_LIMITS, memory: CodeMemory | None = None
) -> Deidentified:
    """The object with pseudonyms under `key` in place of identity, and what it then says about dose.

    Raises what `read_object` raises, and `Malformed` for an object of which the dose cannot be kept or the rest replaced.
    """
    codes = memory or CodeMemory()
    original = read_object(data, limits, codes)
    expected = pseudonymous(original, key)
    patient = original.dose.patient
    replacements = Replacements(expected.identity, patient.completed_years, patient.age_years, key)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's quote what an element says
            content = without_identity(find_data_set(data, limits), replacements)
    except _UNDONE:
        raise Malformed("the object cannot be de-identified: an element in it cannot be made out") from None
    result = read_object(content, limits, codes)
    if _comparable(result) != _comparable(expected):
        raise Malformed("the object cannot be de-identified: what it says about dose would change")
    marked = replace(result, dose=replace(result.dose, test_marks=original.dose.test_marks))
    return Deidentified(marked, content)


def pseudonymous(result: ReadResult, key: bytes) -> ReadResult:
    """A reading with pseudonyms in place of patient, order and staff."""
    dose = result.dose
    number = order_number(dose.study.accession_number or "", key) or None
    study = replace(dose.study, accession_number=number)
    people = People(_named(dose.people.operators, key), _named(dose.people.physicians, key))
    return replace(
        result,
        identity=pseudonym(result.identity, key),
        dose=replace(dose, study=study, people=people),
        requesters=Requesters(),
    )


def _named(names: tuple[str, ...], key: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for one in names if (name := staff_name(one, key, one_person=is_one_person(one)))))


def _comparable(result: ReadResult) -> tuple[object, ...]:
    """The reading without what may change in it: free text of people, and an age that is finer than it may stay."""
    dose = result.dose
    plain = replace(
        dose,
        study=replace(dose.study, study_id=None),
        patient=replace(dose.patient, age_years=None, completed_years=None, age_unit=None),
        ct_events=tuple(map(_without_text, dose.ct_events)),
        projection_events=tuple(replace(event, comment=None, maker_items=()) for event in dose.projection_events),
        plane_totals=tuple(map(_without_names, dose.plane_totals)),
        administrations=tuple(
            replace(one, administered_by=None, prescription=None, comment=None) for one in dose.administrations
        ),
        comment_on_dose=None,
        identity_removed=None,
        test_marks=(),
    )
    return result.identity, _age_kept(dose.patient), plain


def _age_kept(patient: PatientAtStudy) -> str | None:
    years = first("age at an exam", {"birth date": patient.completed_years, "recorded age": patient.age_years})
    return None if years is None else completed_age(years)


def _without_names(plane: PlaneTotals) -> PlaneTotals:
    calibrations = tuple(replace(one, responsible=None) for one in plane.calibrations)
    return replace(plane, calibrations=calibrations, maker_items=())


_TYPED = ("alert_reason", "alert_person", "notification_reason", "notification_person")


def _without_text(event: CtEvent) -> CtEvent:
    check = event.dose_check
    return replace(
        event,
        comment=None,
        maker_items=(),
        dose_check=replace(check, **dict.fromkeys(_TYPED)) if check else None,
    )
