"""Two numbers that are one patient: what a person or the hospital's system says, and taking it back.

A merging is a decision (`store.decisions`): its subject is the key of a patient, and what holds is the key of the patient that it
is part of. Neither a number nor a name or a birth date stands in it, nor in the audit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from doseloop.access.scope import Scope
from doseloop.assess.rule_pack_values import RULE
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import decisions, locks, one_patient, visible
from doseloop.store.audit import Actor
from doseloop.store.decisions import Kind, Wanted
from doseloop.store.models import Decision, Exam, Patient


@dataclass(frozen=True, slots=True)
class Merging:
    """A patient that is part of another, by key."""

    patient: int
    into: int


def merge(scope: Scope, wanted: Iterable[Merging], actor: Actor) -> str:
    """Let exams of patients count for others. Returns the key of the batch. The scope's right is that to merge: identity is shown
    with it, for who merges has to see whom; a pseudonymous record has none to show.

    Errors: `NotVisible` where a patient has no exam within the scope; `UnusableInput` where one has exams at a site outside it,
    would be part of itself, or is part of the other already.
    """
    return decisions.decide(scope, MERGINGS, [_decision(scope, one) for one in wanted], actor)


def check(scope: Scope, wanted: Iterable[Merging]) -> None:
    """Whether these may be merged, one by one. Errors: as `merge`."""
    for one in wanted:
        _decision(scope, one)
        _check(one.patient, one.into)


def _decision(scope: Scope, one: Merging) -> Wanted:
    site = _site(scope, one.patient)
    _site(scope, one.into)
    return Wanted(site, str(one.patient), _written(one.patient), str(one.into))


def _written(patient: int) -> str:
    return f"patient {patient}"


def own_exams(patients: Iterable[int]) -> "QuerySet[Exam]":
    """Exams whose objects name these patients or one that is part of them, for whomever they count."""
    keys = one_patient.parts(patients)
    return Exam.objects.filter(Q(named__in=keys) | Q(patient__in=keys, named=None))


def _site(scope: Scope, patient: int) -> int:
    """A site of the patient. A patient of other sites too is theirs as well: nobody merges what he does not see."""
    own = own_exams([patient])
    sites = set(own.values_list("site_id", flat=True))
    seen = sites & set(visible.sites(scope).values_list("pk", flat=True))
    if not seen:
        raise NotVisible(f"There is no patient {patient}.")
    if seen != sites:
        raise UnusableInput(
            f"Patient {patient} has exams at sites that you do not hold. Ask somebody who holds them all."
        )
    return min(seen)


def _put(wanted: Wanted) -> str:
    locks.hold("patients are merged")
    row = Patient.objects.select_for_update().filter(pk=int(wanted.subject)).first()
    if row is None:
        raise NotVisible(f"There is no {wanted.written}.")
    before = "" if row.part_of_id is None else str(row.part_of_id)
    into = int(wanted.after) if wanted.after else None
    if into is not None:
        _check(row.pk, into)
    Patient.objects.filter(pk=row.pk).update(part_of=into)
    return before


def _check(patient: int, into: int) -> None:
    if not Patient.objects.filter(pk=into).exists():
        raise NotVisible(f"There is no patient {into}.")
    if into in one_patient.parts([patient]):
        raise UnusableInput(
            f"Patient {into} is patient {patient} already, or part of it. Take that back first, or merge the other way."
        )


def _moved(decision: Decision) -> "QuerySet[Exam]":
    """Its own exams, and those of whom they counted for that a rule flagged for a sum: it may hold them no more."""
    left = [int(one) for one in (decision.before, decision.after) if one]
    summed = Exam.objects.filter(patient__in=left, flags__rule=RULE)
    return Exam.objects.filter(
        Q(pk__in=own_exams([int(decision.subject)]).values("pk")) | Q(pk__in=summed.values("pk"))
    )


MERGINGS = Kind("patient", "patients merged", _put, _moved)
