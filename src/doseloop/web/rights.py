"""Rights are checked here and nowhere else: every route declares one, and a route that declares none is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from doseloop.access.rights import Right
from doseloop.access.scope import NOTHING, Scope
from doseloop.model.errors import DoseloopError
from doseloop.store import accounts
from doseloop.web.clock import zone_of
from doseloop.web.errors import of_error

View = Callable[..., HttpResponseBase]


def needs(right: Right) -> Callable[[View], View]:
    """Declare the right that a view needs. The view finds the sites at which it is held as `request.access`."""

    def declare(view: View) -> View:
        view.right = right  # type: ignore[attr-defined]
        return view

    return declare


def declared_right(view: Any) -> Right | None:
    """The right that a view declares, None where it declares none."""
    return getattr(view, "right", None)


class RightsMiddleware:
    """Refuses a request whose view's right is not held at any site; gives the rest its scope and its rights."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access, request.rights = NOTHING, frozenset()  # type: ignore[attr-defined]
        timezone.deactivate()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Check the view's right before it runs."""
        right = declared_right(view)
        scopes = accounts.scopes_of(request.user.pk) if request.user.is_authenticated else {}
        request.rights = held_anywhere(scopes)  # type: ignore[attr-defined]
        if right is Right.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect(f"/accounts/login/?{urlencode({'next': request.get_full_path()})}")
        scope = scopes[right] if right else None
        if scope is None or not _held(right, scope):
            raise PermissionDenied
        request.access = scope  # type: ignore[attr-defined]
        timezone.activate(zone_of(scope))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Errors of ours become pages; what is not visible looks like what does not exist."""
        return of_error(request, exception) if isinstance(exception, DoseloopError) else None


def held_anywhere(scopes: Mapping[Right, Scope]) -> frozenset[Right]:
    """The rights that an account with these scopes holds at one site at least: what its pages offer."""
    return frozenset(right for right, scope in scopes.items() if _held(right, scope))


def may(request: HttpRequest, right: Right, site: int) -> bool:
    """Whether the person holds the right at the site."""
    return accounts.scope_of(request.user.pk, right).sees(site) if request.user.pk else False


def _held(right: Right | None, scope: Scope) -> bool:
    return right in (Right.SIGNED_IN, Right.PUBLIC) or bool(scope.sites) or scope.every_site
