"""Django's name for this package."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "doseloop.web"
    label = "web"

    def ready(self) -> None:
        """Connect the audit of log-ins."""
        from doseloop.web.sign_in import note_sign_ins

        note_sign_ins()
