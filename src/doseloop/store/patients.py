"""Patients: from who an object says the patient is to our key."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.model import dose_object
from doseloop.model.names import joins
from doseloop.model.pseudonym import UNISSUED
from doseloop.store import locks
from doseloop.store.models import Exam, Identity, Patient
from doseloop.store.prepared import Insert, Rows, Slot, columns_of

_NO_ISSUER, _SITE = "no issuer", " at site "


def identify(who: dose_object.Identity, study_uid: str, site: int) -> Identity:
    """The identity row of the patient that an object names, made where it is new.

    A number that joins is one patient under its issuer; without an issuer, at its site alone, since two hospitals give the
    same numbers to different people. Without a number, the study itself stands in for it, so that the objects of one study
    meet and no two studies do. Another name or birth date under the same number is a new row of the same patient.
    """
    joined = joins(who.number)
    number = (who.number or "").strip() if joined else f"study {study_uid}"
    locks.hold(f"patient {number} of {_issuer(who, site)}")
    known = [Identity(*row) for row in _KNOWN.all(issuer=_issuer(who, site), number=number, joins=joined)]
    named = (who.name or "", _date(who.birth_date))
    if same := next((one for one in known if (one.name, one.birth_date) == named), None):
        return same
    earlier = known[0] if known else _in_study(study_uid, site, number if joined else None)
    made = Identity(
        patient_id=earlier.patient_id if earlier else _NEW_PATIENT.key(),
        issuer=_issuer(who, site),
        number=number,
        name=named[0],
        birth_date=named[1],
        joins=joined,
        current=earlier is None,
        recorded_at=timezone.now(),
    )
    made.pk = _NEW.key(**{name: getattr(made, name) for name in columns_of(Identity)})
    return made


_KNOWN = Rows(
    lambda: (
        Identity.objects.filter(issuer=Slot("issuer"), number=Slot("number"), joins=Slot("joins"))
        .order_by("pk")
        .values_list(*columns_of(Identity))
    )
)
_NEW_PATIENT, _NEW = Insert(Patient), Insert(Identity)


def make_current(identity: Identity) -> None:
    """Show the patient as this identity says; the others of the patient stay as history."""
    if not identity.current:
        Identity.objects.filter(patient_id=identity.patient_id, current=True).update(current=False)
        Identity.objects.filter(pk=identity.pk).update(current=True)


def _in_study(study_uid: str, site: int, number: str | None) -> Identity | None:
    """An identity of the one patient whose exam of this study the site holds already, where nothing speaks against it:
    the object has no number, or the patient had none or the same under another issuer. None where there are several."""
    found = [Identity(*row) for row in _IN_STUDY.all(study=study_uid, site=site)]
    if len({row.patient_id for row in found}) != 1:
        return None
    numbers = {row.number for row in found if row.joins}
    return found[0] if number is None or not numbers or number in numbers else None


def _in_study_rows() -> QuerySet[Identity, Any]:
    exams = Exam.objects.filter(study_uid=Slot("study"), site_id=Slot("site"))
    own = exams.annotate(own=Coalesce("named_id", "patient_id")).values("own")
    return Identity.objects.filter(patient_id__in=own).values_list(*columns_of(Identity))


_IN_STUDY = Rows(_in_study_rows)


def _issuer(who: dose_object.Identity, site: int) -> str:
    """The issuer under which a number joins: its own, else its site."""
    if who.issuer and who.issuer != UNISSUED:
        return who.issuer
    return f"{who.issuer or _NO_ISSUER}{_SITE}{site}"


def named(scope: Scope, keys: set[int]) -> dict[int, dose_object.Identity]:
    """Who the patients of these keys are now; empty where the scope does not show identity."""
    if not scope.identity:
        return {}
    rows = Identity.objects.filter(patient_id__in=keys, current=True)
    return {row.patient_id: _shown(row) for row in rows}


def _shown(row: Identity) -> dose_object.Identity:
    return dose_object.Identity(
        number=row.number if row.joins else None,
        issuer=row.issuer.partition(_SITE)[0].removeprefix(_NO_ISSUER) or None,
        name=row.name or None,
        birth_date=row.birth_date.isoformat() if row.birth_date else None,
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
