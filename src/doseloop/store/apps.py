"""Django's name for this package."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The record."""

    name = "doseloop.store"
    label = "store"
