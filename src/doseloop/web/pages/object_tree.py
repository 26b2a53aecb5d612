"""The content tree of one object, with the items marked that numbers of the exam were read from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.model.errors import ObjectError
from doseloop.store import exam_detail, exam_events, object_list
from doseloop.store.audit import Seen
from doseloop.web.actor import note_sight
from doseloop.web.content_tree import content_tree
from doseloop.web.rights import needs
from doseloop.web.tree_lines import tree_lines


@needs(Right.SEE)
@require_safe
def object_tree(request: HttpRequest, exam: int, object_id: int) -> HttpResponse:
    """The page. `at` names the item that one came for: its branch is open."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    detail = exam_detail.exam_detail(scope, exam)
    found = object_list.exam_object(scope, exam, object_id)
    note_sight(request, f"object {object_id} of exam {exam}", {Seen(detail.patient_key, detail.site.id)})
    at = request.GET.get("at", "")
    context = {"exam": detail, "object": found, "at": at}
    try:
        root = content_tree(scope, object_id)
    except ObjectError as error:
        return render(request, "doseloop/object_tree.html", {**context, "error": error})
    used = _used(scope, exam, object_id)
    lines = tree_lines(root, used, at, identity=scope.identity, operators=scope.operators)
    return render(request, "doseloop/object_tree.html", {**context, "lines": lines, "used": len(used)})


def _used(scope: Scope, exam: int, object_id: int) -> dict[str, str]:
    """What was read from each place: names of readings by place."""
    events = [event for event in exam_events.exam_events(scope, exam) if event.object_id == object_id]
    return {reading.place: f"event {event.position + 1}" for event in events for reading in event.readings.values()}


routes = [path("exams/<int:exam>/objects/<int:object_id>/tree", object_tree, name="object-tree")]
