"""Patients: from who an object says the patient is to our key."""

from datetime import date

from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model import dose_object
from doseloop.model.names import joins
from doseloop.store.models import Identity, Patient


def identify(who: dose_object.Identity, study_uid: str) -> Identity:
    """The identity row of the patient that an object names, made where it is new.

    A number that joins is one patient under its issuer. Without one, the study itself stands in for the number, so that
    the objects of one study meet and no two studies do. Another name or birth date under the same number is a new row of
    the same patient; the row before stays as history.
    """
    joined = joins(who.number)
    number = (who.number or "").strip() if joined else f"study {study_uid}"
    known = Identity.objects.filter(issuer=who.issuer or "", number=number, joins=joined)
    same = known.filter(name=who.name or "", birth_date=_date(who.birth_date)).first()
    if same is not None:
        return same
    earlier = known.first()
    patient = earlier.patient if earlier else Patient.objects.create()
    known.update(current=False)
    return Identity.objects.create(
        patient=patient,
        issuer=who.issuer or "",
        number=number,
        name=who.name or "",
        birth_date=_date(who.birth_date),
        joins=joined,
        recorded_at=timezone.now(),
    )


def named(scope: Scope, keys: set[int]) -> dict[int, dose_object.Identity]:
    """Who the patients of these keys are now; empty where the scope does not show identity."""
    if not scope.identity:
        return {}
    rows = Identity.objects.filter(patient_id__in=keys, current=True)
    return {row.patient_id: _shown(row) for row in rows}


def _shown(row: Identity) -> dose_object.Identity:
    return dose_object.Identity(
        number=row.number if row.joins else None,
        issuer=row.issuer or None,
        name=row.name or None,
        birth_date=row.birth_date.isoformat() if row.birth_date else None,
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
