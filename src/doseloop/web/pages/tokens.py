"""Tokens for programs: made, listed and revoked by whose rights they have; administrators of every site see and end all."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.model.errors import UnusableInput
from doseloop.store import accounts, tokens, visible
from doseloop.web.actor import actor_of
from doseloop.web.compliance_reports import number_in
from doseloop.web.mcp.over_http import PATH
from doseloop.web.rights import needs

DAYS = 90
"""What the form offers."""


@needs(Right.SEE)
@require_safe
def token_list(request: HttpRequest) -> HttpResponse:
    """The page."""
    return _page(request)


@needs(Right.SEE)
@require_POST
@never_cache
def add(request: HttpRequest) -> HttpResponse:
    """Make a token for a program, and show it this once: it stands in no message and no session."""
    given = request.POST.dict()
    name, days = given.get("name", "").strip(), number_in(given, "days", "Days")
    secret = tokens.add_for_reading(name, _account(request), days, actor_of(request))
    return _page(request, {"secret": secret, "made": name})


@needs(Right.SEE)
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token of the account's own, or any where all are seen."""
    given = request.POST.get("token", "")
    if not given.isdecimal():
        raise UnusableInput("Which token is not said.")
    name = tokens.revoke_one(int(given[:15]), None if _sees_all(request) else _account(request), actor_of(request))
    messages.success(request, f"The token {name} is no longer in force.")
    return redirect("tokens")


def _page(request: HttpRequest, more: dict[str, Any] | None = None) -> HttpResponse:
    account, sees_all = _account(request), _sees_all(request)
    own = tokens.tokens(account)
    context = {
        "own": own,
        "others": [one for one in tokens.tokens() if one not in own] if sees_all else [],
        "sees_all": sees_all,
        "now": timezone.now(),
        "days": DAYS,
        "most_days": tokens.MOST_DAYS,
        "address": f"{settings.DOSELOOP.web_address.rstrip('/') or request.build_absolute_uri('/').rstrip('/')}{PATH}",
        **(more or {}),
    }
    return render(request, "doseloop/tokens.html", context)


def _account(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _sees_all(request: HttpRequest) -> bool:
    """Whether the person sets up every site: a peer's token belongs to none."""
    return visible.sees_all(accounts.scope_of(_account(request), Right.SET_UP))


routes = [
    path("tokens/", token_list, name="tokens"),
    path("tokens/add", add, name="tokens-add"),
    path("tokens/revoke", revoke, name="tokens-revoke"),
]
