"""Accounts are made by an administrator: nobody signs up. Who tries too often is locked out, which is noted."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from doseloop.web.lock_out import note_lock_out


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's behaviour without sign-up, and with an audit row of lock-outs."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse who failed too often. Errors: `ValidationError`."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_lock_out(request)
            raise
