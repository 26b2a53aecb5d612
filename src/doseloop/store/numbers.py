"""Numbers of a hospital's system as the record knows them: in a pseudonymous record by their pseudonym alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from doseloop.model.names import joins
from doseloop.model.pseudonym import order_number, patient_number
from doseloop.store import one_patient
from doseloop.store.models import Exam, Identity

Numbered = tuple[str, str]
"""A patient's number and its issuer; the issuer is empty where the file does not say."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a number that somebody gives stands in the record."""

    patient: Callable[[Numbered], str | None]
    """None for one that joins no studies."""
    order: Callable[[str], str]


def numbers(key: bytes | None) -> Numbers:
    """`key` is that of the pseudonyms, None where the record holds identity."""
    if key is None:
        return Numbers(lambda one: one[0].strip() if joins(one[0]) else None, str.strip)
    return Numbers(lambda one: patient_number(one[0], one[1] or None, key), lambda number: order_number(number, key))


def patients(wanted: Iterable[Numbered], known: Numbers, site: int, *, pseudonymous: bool) -> dict[Numbered, set[int]]:
    """The patients of each number: those that have exams at the site, by key. Several where the number is not enough.

    Without an issuer a number means that of any issuer; in a pseudonymous record only one that never had any, since issuer and
    number make one pseudonym.
    """
    stands = {one: number for one in wanted if (number := known.patient(one)) is not None}
    rows = Identity.objects.filter(number__in=set(stands.values()), joins=True)
    by_number: dict[str, list[tuple[int, str]]] = {}
    for patient, number, issuer in rows.values_list("patient_id", "number", "issuer"):
        by_number.setdefault(number, []).append((patient, issuer))
    here = _with_exams({patient for found in by_number.values() for patient, _ in found}, site)
    return {
        one: {
            patient
            for patient, issuer in by_number.get(number, ())
            if patient in here and (pseudonymous or one[1] in ("", issuer))
        }
        for one, number in stands.items()
    }


def studies(wanted: Iterable[str], known: Numbers, site: int) -> dict[str, set[tuple[int, str]]]:
    """Patient (as whom it counts) and study of each accession number at the site."""
    stands = {known.order(number): number for number in wanted}
    rows = Exam.objects.filter(site=site, accession_number__in=list(stands)).exclude(accession_number="")
    found: dict[str, set[tuple[int, str]]] = {}
    for number, patient, study in rows.values_list("accession_number", "patient_id", "study_uid"):
        found.setdefault(stands[number], set()).add((patient, study))
    return found


def _with_exams(keys: set[int], site: int) -> set[int]:
    own = Q(named__in=keys) | Q(patient__in=keys, named=None)
    rows = Exam.objects.filter(own, site=site).values_list("patient_id", "named_id")
    return {named or patient for patient, named in rows}


def as_one(keys: Iterable[int]) -> set[int]:
    """The patients as whom these count."""
    return {one_patient.whole(key) for key in keys}
