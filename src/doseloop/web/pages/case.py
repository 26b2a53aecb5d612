"""One case: who follows it, what it amounts to, what was changed, every step of it; and its forms."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.case import ActionKind, CaseState, Cause, Classification
from doseloop.model.errors import UnusableInput
from doseloop.model.site_clock import clock
from doseloop.store import case_actions, case_changes, case_files, procedure_list
from doseloop.store.case_detail import CaseShown, case_detail
from doseloop.store.rule_pack_sets import packs_at
from doseloop.store.scanner_list import scanner_names
from doseloop.web import case_form
from doseloop.web.actor import actor_of, note_sight
from doseloop.web.case_actions import actions_shown
from doseloop.web.case_effect import effects_shown
from doseloop.web.case_words import days_said, tone_of
from doseloop.web.rights import may, needs


@needs(Right.SEE)
@require_safe
def case(request: HttpRequest, case: int) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    found = case_detail(scope, case)
    note_sight(request, f"case {case}", {exam.seen for exam in found.exams})
    may_judge = may(request, Right.JUDGE, found.row.site_id)
    actions = case_actions.actions_of(scope, case)
    context: dict[str, Any] = {
        "case": found.row,
        "shown": found,
        "tone": tone_of(found.row.state),
        "due_said": _said(found.row.days_left),
        "report_said": _said(found.row.report_days_left),
        "pack": _pack_title(scope, found),
        "actions": actions_shown(scope, actions),
        "effects": effects_shown(scope, case, actions, found.row.effect),
        "files": case_files.files_of(scope, case),
        "closed": found.row.state == CaseState.CLOSED,
        "may_judge": may_judge,
        **(_forms(scope, found) if may_judge else {}),
    }
    return render(request, "doseloop/case.html", context)


@needs(Right.JUDGE)
@require_POST
def follow(request: HttpRequest, case: int) -> HttpResponse:
    """Title, owner and due day."""
    case_changes.follow(request.access, case, case_form.following(_given(request)), actor_of(request))  # type: ignore[attr-defined]
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def judge(request: HttpRequest, case: int) -> HttpResponse:
    """Cause and classification."""
    case_changes.judge(request.access, case, case_form.judgement(_given(request)), actor_of(request))  # type: ignore[attr-defined]
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def comment(request: HttpRequest, case: int) -> HttpResponse:
    """A comment."""
    case_changes.comment(request.access, case, request.POST.get("text", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def link(request: HttpRequest, case: int) -> HttpResponse:
    """Link an exam, or take the link away."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    case_detail(scope, case)
    exam = case_form.key_in(request.POST.get("exam", ""), "Give the number of an exam, as its page has it.")
    change = case_changes.unlink_exam if request.POST.get("act") == "unlink" else case_changes.link_exam
    change(scope, case, exam, actor_of(request))
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def add_file(request: HttpRequest, case: int) -> HttpResponse:
    """Keep a file."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    case_detail(scope, case)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise UnusableInput("Choose a file.")
    content = upload.read(case_files.MOST_BYTES + 1)
    case_files.add_file(scope, case, upload.name or "", content, actor_of(request))
    return redirect("case", case)


@needs(Right.JUDGE)
@require_safe
def file(request: HttpRequest, case: int, file: int) -> HttpResponse:
    """A file, to be saved and never shown by the browser: for who judges, since nobody knows whom it names."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    name, content = case_files.content_of(scope, case, file)
    note_sight(request, f"file {file} of case {case}", {exam.seen for exam in case_detail(scope, case).exams})
    found = HttpResponse(content, content_type="application/octet-stream")
    ascii_name = "".join(letter if letter.isascii() and letter not in '"\\' else "_" for letter in name)
    found["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    found["X-Content-Type-Options"] = "nosniff"
    return found


@needs(Right.JUDGE)
@require_POST
def act(request: HttpRequest, case: int) -> HttpResponse:
    """Record what was changed."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    case_detail(scope, case)
    case_actions.record_action(scope, case, case_form.action(request.POST), actor_of(request))
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def undo(request: HttpRequest, case: int, action: int) -> HttpResponse:
    """Say that a change was undone."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    case_detail(scope, case)
    at = case_form.moment_in(request.POST.get("at", ""), "When")
    case_actions.undo_action(scope, case, action, at, request.POST.get("why", ""), actor_of(request))
    return redirect("case", case)


@needs(Right.JUDGE)
@require_POST
def end(request: HttpRequest, case: int) -> HttpResponse:
    """Close it, or open it again."""
    change = case_changes.reopen if request.POST.get("act") == "reopen" else case_changes.close
    change(request.access, case, request.POST.get("text", ""), actor_of(request))  # type: ignore[attr-defined]
    return redirect("case", case)


def _given(request: HttpRequest) -> dict[str, str]:
    return {name: str(request.POST[name]) for name in request.POST}


def _said(left: int | None) -> str:
    return "" if left is None else days_said(left)


def _pack_title(scope: Scope, found: CaseShown) -> str:
    packs = {one.key: one.title for one in packs_at(scope, found.row.site_id)}
    return packs.get(found.row.rule_pack, found.row.rule_pack)


def _forms(scope: Scope, found: CaseShown) -> dict[str, Any]:
    """What the forms offer."""
    site = found.row.site_id
    flags = found.flags
    return {
        "owners": case_changes.owners(site),
        "causes": [str(one) for one in Cause],
        "classifications": [str(one) for one in Classification],
        "packs": [(one.key, one.title) for one in packs_at(scope, site)],
        "kinds": [str(one) for one in ActionKind],
        "scanners": sorted(scanner_names(scope.at(site)).items(), key=lambda one: one[1]),
        "of_flags": {flag.scanner_id for flag in flags},
        "procedures": procedure_list.names().items(),
        "of_procedure": flags[0].procedure_key if flags else None,
        "quantities": case_form.quantities(),
        "of_quantity": flags[0].evidence.get("quantity") if flags else None,
        "now": f"{clock(found.row.zone, timezone.now()):%Y-%m-%dT%H:%M}",
        "accepted": ",".join(case_files.KINDS),
        "most_mb": case_files.MOST_BYTES // 1_000_000,
    }


routes = [
    path("cases/<int:case>/", case, name="case"),
    path("cases/<int:case>/follow", follow, name="case-follow"),
    path("cases/<int:case>/judge", judge, name="case-judge"),
    path("cases/<int:case>/comment", comment, name="case-comment"),
    path("cases/<int:case>/exams", link, name="case-exams"),
    path("cases/<int:case>/files", add_file, name="case-files"),
    path("cases/<int:case>/files/<int:file>", file, name="case-file"),
    path("cases/<int:case>/actions", act, name="case-act"),
    path("cases/<int:case>/actions/<int:action>/undo", undo, name="case-undo"),
    path("cases/<int:case>/end", end, name="case-end"),
]
