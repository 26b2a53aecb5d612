"""Heights and weights from a file: upload, what it would change, accepting it and taking it back."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.harmonise.sizes import Windows
from doseloop.model.errors import UnusableInput
from doseloop.store import decisions, size_import
from doseloop.store.audit import Seen
from doseloop.store.site_list import sites
from doseloop.store.size_file import MOST_BYTES, size_lines
from doseloop.store.size_import import SIZES
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.decision_lists import told
from doseloop.web.known_numbers import is_pseudonymous, known_numbers
from doseloop.web.rights import needs

_DIGITS = 12


@needs(Right.MERGE)
@require_safe
def sizes_page(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "sites": sites(scope),
        "windows": _windows(),
        "batches": told(decisions.history(scope, SIZES), {}, "not in force"),
        "moving": decisions.outdated_count(scope),
        "pending": decisions.pending(scope, SIZES).count(),
    }
    return render(request, "doseloop/sizes.html", context)


@needs(Right.MERGE)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Read a file as a draft, and lead to what it would change."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise UnusableInput("Choose a CSV file of sizes.")
    if (upload.size or 0) > MOST_BYTES:
        raise UnusableInput(f"The file is longer than {MOST_BYTES // 1_000_000} MB. Give it in parts.")
    made = size_import.read(
        request.access, _number(request.POST.get("site", "")), size_lines(upload.file), known_numbers(), _windows(),  # type: ignore[attr-defined, arg-type]
        actor_of(request), pseudonymous=is_pseudonymous(),
    )  # fmt: skip
    return redirect("sizes-draft", made.key)


@needs(Right.MERGE)
@require_safe
def draft(request: HttpRequest, draft: int) -> HttpResponse:
    """What a file that was read would change."""
    found = size_import.draft(request.access, draft)  # type: ignore[attr-defined]
    against = found.effect.contradicted
    note_sight(request, f"file of sizes {draft}", {Seen(one.patient, one.site) for one in against})
    return render(request, "doseloop/sizes_draft.html", {"draft": found, "effect": found.effect, "windows": _windows()})


@needs(Right.MERGE)
@require_POST
def accept(request: HttpRequest, draft: int) -> HttpResponse:
    """Put the file into force; the worker fills its exams within seconds."""
    over = [_number(one) for one in request.POST.getlist("over")]
    size_import.accept(request.access, draft, over, actor_of(request))  # type: ignore[attr-defined]
    return redirect("sizes")


@needs(Right.MERGE)
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take a file back: every exam has the size again that it had before."""
    decisions.undo(request.access, SIZES, batch, actor_of(request))  # type: ignore[attr-defined]
    return redirect("sizes")


def _windows() -> Windows:
    return Windows(settings.DOSELOOP.size_days_adult, settings.DOSELOOP.size_days_child)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > _DIGITS:
        raise UnusableInput("That is no key of a site or an exam.")
    return int(text)


routes = [
    path("sizes/", sizes_page, name="sizes"),
    path("sizes/read", read, name="sizes-read"),
    path("sizes/<int:draft>/", draft, name="sizes-draft"),
    path("sizes/<int:draft>/accept", accept, name="sizes-accept"),
    path("sizes/changes/<slug:batch>/undo", undo, name="sizes-undo"),
]
