"""Whether this server can answer: for who watches it, without a log-in and without a number of anybody's."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from doseloop.access.rights import Right
from doseloop.web.rights import needs


@needs(Right.PUBLIC)
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """`{"status": "ok"}`, or 503 where the record does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "the record does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


routes = [path("health", health, name="health")]
