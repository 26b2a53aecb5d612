"""Django's name for this package."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "doseloop.web"
    label = "web"

    def ready(self) -> None:
        """Connect the audit of log-ins."""
        from doseloop.web.sign_in import note_sign_ins

        note_sign_ins()

    tree: Callable[[int], Any] | None = None
    """Where content trees come from (`web.content_tree`); set by the role that serves the pages."""
