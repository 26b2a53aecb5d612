"""Numbers that are one patient: suggestions, merging two or those of a file, and taking it back."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.harmonise.same_person import compare
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, merged_numbers, one_patient, patient_detail, patient_merging, patient_suggestions
from doseloop.store.audit import Seen
from doseloop.store.patient_merging import MERGINGS, Merging
from doseloop.store.site_list import sites
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.decision_lists import told
from doseloop.web.known_numbers import is_pseudonymous, known_numbers
from doseloop.web.rights import needs

MOST_BYTES, MOST_LINES = 1_000_000, 500
"""Of a file: merging them is one transaction, for which receivers wait."""
_DIGITS = 12


@needs(Right.MERGE)
@require_safe
def patients(request: HttpRequest) -> HttpResponse:
    """The page. `?patient=12` fills in the first of the two."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = patient_suggestions.suggestions(scope)
    batches = decisions.history(scope, MERGINGS)
    pairs = [_side_by_side(scope, Merging(one.patient, one.into)) for one in found]
    note_sight(request, "patients to merge", _seen(scope, {key for one in found for key in (one.patient, one.into)}))
    context: dict[str, Any] = {
        "pairs": pairs,
        "batches": told(batches, _Keys(), "by itself"),
        "moving": decisions.outdated_count(scope),
        "pending": decisions.pending(scope, MERGINGS).count(),
        "patient": request.GET.get("patient", "")[:_DIGITS],
        "sites": sites(scope),
        "pseudonymous": is_pseudonymous(),
    }
    return render(request, "doseloop/patients.html", context)


@needs(Right.MERGE)
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Two patients, or those of a file, side by side: what speaks for one person and what against."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    upload = request.FILES.get("file")
    left_out: Counter[str] = Counter()
    of_file = _of_file(request, upload, left_out) if isinstance(upload, UploadedFile) else None
    wanted = tuple(_wanted(request) if of_file is None else of_file)
    if not wanted:
        raise UnusableInput(
            "No two patients are named. "
            + (" ".join(f"{count} lines: {why}." for why, count in left_out.items()) or "Give the keys of both.")
        )
    patient_merging.check(scope, wanted)
    pairs = [_side_by_side(scope, one) for one in wanted]
    note_sight(request, "patients to merge", _seen(scope, {key for one in wanted for key in (one.patient, one.into)}))
    context = {"pairs": pairs, "left_out": left_out.most_common(), "against": sum(bool(one["contra"]) for one in pairs)}
    return render(request, "doseloop/patients_preview.html", context)


@needs(Right.MERGE)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Merge; the worker moves the exams within seconds."""
    wanted = tuple(_wanted(request))
    if not wanted:
        raise UnusableInput("No two patients are named. Give the keys of both.")
    patient_merging.merge(request.access, wanted, actor_of(request))  # type: ignore[attr-defined]
    return redirect("patients")


@needs(Right.MERGE)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Let the patients of a change stand by themselves again, or where they stood before it."""
    decisions.undo(request.access, MERGINGS, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("patients")


class _Keys(dict[str, str]):
    """Keys of patients as the history writes them."""

    def get(self, key: str, default: Any = None) -> str:
        return f"part of patient {key}" if key else ""


def _side_by_side(scope: Scope, one: Merging) -> dict[str, Any]:
    keys = {side: one_patient.parts([getattr(one, side)]) for side in ("patient", "into")}
    found = compare(patient_detail.known(keys["patient"]), patient_detail.known(keys["into"]))
    named = {side: patient_detail.numbers_of(scope, {getattr(one, side)}) for side in keys}
    return {
        "patient": one.patient, "into": one.into, "pro": found.pro, "contra": found.contra,
        "patient_named": next(iter(named["patient"]), None), "into_named": next(iter(named["into"]), None),
        "exams": patient_merging.own_exams([one.patient]).count(),
        "into_exams": patient_merging.own_exams([one.into]).count(),
    }  # fmt: skip


def _seen(scope: Scope, keys: set[int]) -> set[Seen]:
    rows = patient_merging.own_exams(keys).values_list("patient_id", "named_id", "site_id")
    return {Seen(named or patient, site) for patient, named, site in rows if scope.sees(site)} if keys else set()


def _wanted(request: HttpRequest) -> Iterator[Merging]:
    """`patient` and `into` of each pair, in the same order."""
    pairs = zip(request.POST.getlist("patient"), request.POST.getlist("into"), strict=False)
    for one, into in pairs:
        if one.strip() or into.strip():
            yield Merging(_key(one), _key(into))


def _key(text: str) -> int:
    written = text.strip()
    if not written.isdecimal() or len(written) > _DIGITS:
        raise UnusableInput("A patient's key is a number: it stands on the patient's page.")
    return int(written)


def _of_file(request: HttpRequest, file: "UploadedFile[bytes]", left_out: Counter[str]) -> Iterator[Merging]:
    scope: Scope = request.access  # type: ignore[attr-defined]
    if (file.size or 0) > MOST_BYTES:
        raise UnusableInput("The file is longer than 1 MB. Give it in parts.")
    try:
        text = file.read().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text)))
    except UnicodeDecodeError:
        raise UnusableInput("The file is not in UTF-8. Save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise UnusableInput(f"The file is no CSV ({error}).") from None
    if len(rows) > MOST_LINES + 1:
        raise UnusableInput(f"The file has {len(rows) - 1} lines. Give {MOST_LINES} at a time.")
    site = _key(request.POST.get("site", ""))
    found = merged_numbers.mergings(scope, site, rows, known_numbers(), pseudonymous=is_pseudonymous())
    left_out.update(found.left_out)
    return iter(found.wanted)


routes = [
    path("patients/", patients, name="patients"),
    path("patients/preview", preview, name="patients-preview"),
    path("patients/accept", accept, name="patients-accept"),
    path("patients/changes/<slug:batch>/undo", undo, name="patients-undo"),
]
