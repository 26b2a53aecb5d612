"""Django's name for this package."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "doseloop.web"
    label = "web"
