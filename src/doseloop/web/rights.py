"""Rights are checked here and nowhere else: every route declares one, and a route that declares none is refused."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.store import accounts

View = Callable[..., HttpResponseBase]


def needs(right: Right) -> Callable[[View], View]:
    """Declare the right that a view needs. The view finds the sites at which it is held as `request.scope`."""

    def declare(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return view

    return declare


def declared_right(view: Any) -> Right | None:
    """The right that a view declares, None where it declares none."""
    right = getattr(view, "right", None)
    if right is None and view.__module__.startswith("allauth.account."):
        return Right.PUBLIC
    return right


class RightsMiddleware:
    """Refuses a request whose view's right is not held at any site; gives the rest its scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Check the view's right before it runs."""
        right = declared_right(view)
        if right is Right.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect(f"/accounts/login/?next={request.get_full_path()}")
        scope = accounts.scope_of(request.user.pk, right) if right else None
        if scope is None or not _held(right, scope):
            raise PermissionDenied
        request.scope = scope  # type: ignore[attr-defined]
        return None


def _held(right: Right | None, scope: Scope) -> bool:
    return right is Right.SIGNED_IN or bool(scope.sites) or scope.every_site
