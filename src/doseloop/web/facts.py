"""The process's `Facts`: made at the first figure, shared by all threads."""

from functools import cache

from django.conf import settings

from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths


@cache
def the_facts() -> Facts:
    """Figures of this installation's record."""
    return Facts(FactsPaths.in_data(settings.FOLDER.root, settings.RECORD))
