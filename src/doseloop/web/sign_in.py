"""Log-in, log-out and change of password by allauth, and their audit. Its other pages are not routed."""

from collections.abc import Mapping
from typing import Any

from allauth.account import views
from allauth.account.signals import password_changed
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.urls import path, reverse_lazy

from doseloop.access.rights import Right
from doseloop.store.audit import Actor, record_change
from doseloop.web.rights import needs


def _without_placeholders(form: Any) -> Any:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    return form


class SignIn(views.LoginView):  # type: ignore[misc]
    """allauth's log-in on our page."""

    template_name = "doseloop/sign_in.html"

    def get_form(self, form_class: Any = None) -> Any:
        """The form without words in its fields: the labels say them."""
        return _without_placeholders(super().get_form(form_class))


class SignOut(views.LogoutView):  # type: ignore[misc]
    """allauth's log-out on our page."""

    template_name = "doseloop/sign_out.html"


class ChangePassword(views.PasswordChangeView):  # type: ignore[misc]
    """allauth's page, which then leads to today instead of back to itself."""

    template_name = "doseloop/change_password.html"
    success_url = reverse_lazy("today")

    def get_form(self, form_class: Any = None) -> Any:
        """The form without words in its fields: the labels say them."""
        return _without_placeholders(super().get_form(form_class))


routes = [
    path("accounts/login/", needs(Right.PUBLIC)(SignIn.as_view()), name="account_login"),
    path("accounts/logout/", needs(Right.PUBLIC)(SignOut.as_view()), name="account_logout"),
    path("accounts/password/", needs(Right.SIGNED_IN)(ChangePassword.as_view()), name="account_change_password"),
]


def note_sign_ins() -> None:
    """Keep an audit row of every log-in, log-out and change of password."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_logged_out.connect(_signed_out, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")
    password_changed.connect(_password_changed, dispatch_uid="audit")


def _note(action: str, request: HttpRequest | None, user: Any) -> None:
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    name = user.get_username() if user else "not signed in"
    record_change(Actor(user.pk if user else None, name, address), action, f"account {user.pk}" if user else "account")


def _signed_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _note("signed in", request, user)


def _signed_out(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _note("signed out", request, user)


def _failed(sender: Any, credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A name that is no account's is not kept: people type passwords there."""
    name = str(credentials.get("username", ""))
    tried = User.objects.filter(username=name).first()
    address = request.META.get("REMOTE_ADDR", "") if request else ""
    subject = f"account {tried.pk}" if tried else "no account of ours"
    record_change(Actor(None, "not signed in", address), "failed to sign in", subject)


def _password_changed(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    _note("changed the password", request, user)
