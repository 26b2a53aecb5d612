"""Who is told of flags: the list with what became of the last messages, setting up, and a message for trial. Shows nobody."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from doseloop.access.rights import Right
from doseloop.access.scope import Scope
from doseloop.loop.notification_address import SERVICES, checked
from doseloop.loop.notifying import Ways, send_trial
from doseloop.store import outbox_list, subscriptions
from doseloop.store.site_list import sites
from doseloop.store.subscriptions import Shown
from doseloop.web.actor import actor_of
from doseloop.web.compliance_reports import number_in
from doseloop.web.notification_form import HOWS, SEVERITIES, said, wanted_in
from doseloop.web.rights import needs

MOST = 50


@needs(Right.SET_UP)
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The page."""
    scope: Scope = request.access  # type: ignore[attr-defined]
    counts = outbox_list.counts(scope)
    context = {
        "subscriptions": [_listed(one, counts.get(one.key, {})) for one in subscriptions.subscriptions(scope)],
        "sendings": outbox_list.sendings(scope, most=MOST),
        "sites": sites(scope),
        "severities": SEVERITIES.items(),
        "hows": HOWS.items(),
        "services": sorted({one.name for one in SERVICES.values()}),
        "mails_set": bool(settings.DOSELOOP.notify_mail.get_secret_value()),
        "links_set": bool(settings.DOSELOOP.web_address),
    }
    return render(request, "doseloop/notifications.html", context)


@needs(Right.SET_UP)
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Tell somebody from now on."""
    given = request.POST.dict()
    wanted, address = wanted_in(given), checked(given.get("address", ""), settings.DOSELOOP.notify_hosts)
    site = number_in(given, "site", "Site")
    subscriptions.add(request.access, site, wanted, address, _ring(), actor_of(request))  # type: ignore[attr-defined]
    messages.success(request, f"{wanted.name} is told from now on. Send a test to see that messages arrive.")
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def change(request: HttpRequest, subscription: int) -> HttpResponse:
    """Change what somebody is told; an address that is left empty stays."""
    subscriptions.subscription(request.access, subscription)  # type: ignore[attr-defined]
    given = request.POST.dict()
    typed = given.get("address", "").strip()
    address = checked(typed, settings.DOSELOOP.notify_hosts) if typed else None
    subscriptions.change(request.access, subscription, wanted_in(given), address, _ring(), actor_of(request))  # type: ignore[attr-defined]
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def pause(request: HttpRequest, subscription: int) -> HttpResponse:
    """Send nothing until it goes on."""
    subscriptions.pause(request.access, subscription, actor_of(request))  # type: ignore[attr-defined]
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def go_on(request: HttpRequest, subscription: int) -> HttpResponse:
    """Tell again."""
    subscriptions.go_on(request.access, subscription, actor_of(request))  # type: ignore[attr-defined]
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def remove(request: HttpRequest, subscription: int) -> HttpResponse:
    """Tell no more, and forget the address."""
    subscriptions.remove(request.access, subscription, actor_of(request))  # type: ignore[attr-defined]
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def send_again(request: HttpRequest, subscription: int) -> HttpResponse:
    """Try anew what failed."""
    outbox_list.send_again(request.access, subscription, timezone.now(), actor_of(request))  # type: ignore[attr-defined]
    return redirect("notifications")


@needs(Right.SET_UP)
@require_POST
def trial(request: HttpRequest, subscription: int) -> HttpResponse:
    """Send a message for trial, and say what came of it."""
    options = settings.DOSELOOP
    ways = Ways(options.notify_mail.get_secret_value(), tuple(options.notify_hosts), options.web_address, _ring())
    why = send_trial(request.access, subscription, ways, actor_of(request))  # type: ignore[attr-defined]
    name = subscriptions.subscription(request.access, subscription).wanted.name  # type: ignore[attr-defined]
    if why is None:
        messages.success(request, f"The test to {name} was sent: see that it arrived.")
    else:
        messages.error(request, f"The test to {name} was not sent. {why}")
    return redirect("notifications")


def _ring() -> Any:
    return settings.FOLDER.ring("notifications")


def _listed(one: Shown, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "one": one,
        "said": said(one.wanted),
        "failure": outbox_list.last_failure(one.key),
        "waiting": counts.get("waiting", 0),
        "failed": counts.get("failed", 0),
        "sent": counts.get("sent", 0),
    }


routes = [
    path("notifications/", notifications, name="notifications"),
    path("notifications/add", add, name="notification-add"),
    path("notifications/<int:subscription>/change", change, name="notification-change"),
    path("notifications/<int:subscription>/pause", pause, name="notification-pause"),
    path("notifications/<int:subscription>/go-on", go_on, name="notification-go-on"),
    path("notifications/<int:subscription>/remove", remove, name="notification-remove"),
    path("notifications/<int:subscription>/again", send_again, name="notification-again"),
    path("notifications/<int:subscription>/test", trial, name="notification-test"),
]
