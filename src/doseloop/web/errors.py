"""What went wrong, as a page in the house's style: what happened, why, what to do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from doseloop.model.errors import DoseloopError, Forbidden, NotVisible, SetupError, UnusableInput
from doseloop.web.lock_out import note_lock_out

_STATUS: dict[type[DoseloopError], int] = {NotVisible: 404, Forbidden: 403, UnusableInput: 400, SetupError: 503}
_TITLES = {
    400: "That cannot be used",
    403: "You may not see this",
    404: "There is nothing here",
    500: "Something went wrong",
}


def error_page(request: HttpRequest, status: int, said: str, hint: str, code: str = "") -> HttpResponse:
    """The page, or its message alone where HTMX asked."""
    context = {"status": status, "title": _TITLES.get(status, _TITLES[500]), "said": said, "hint": hint, "code": code}
    template = "doseloop/wrong_part.html" if request.headers.get("HX-Request") else "doseloop/wrong.html"
    return render(request, template, context, status=status)


def of_error(request: HttpRequest, error: DoseloopError) -> HttpResponse:
    """The page of one of our errors."""
    status = next((number for kind, number in _STATUS.items() if isinstance(error, kind)), 500)
    said = "There is no such page, or it lies at a site that you do not work at." if status == 404 else str(error)
    return error_page(request, status, said, error.hint, error.code)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400"""
    return error_page(request, 400, "The request could not be read.", "Go back and try again.")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403"""
    return error_page(request, 403, "Your account does not hold the right that this page needs.", Forbidden.hint)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404"""
    said = "There is no such page, or it lies at a site that you do not work at."
    return error_page(request, 404, said, NotVisible.hint)


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    hint = "Try again. If it happens again, tell who runs this server, with the time and what you did."
    return error_page(request, 500, "This page could not be made. Nothing was changed.", hint)


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """429, of the log-in."""
    note_lock_out(request)
    return render(request, "doseloop/too_many.html", status=429)
