"""The facts over a department as chance has it."""

import pytest
from django.conf import settings

from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Procedure, ReferenceLevel


@pytest.fixture
def facts(folder: DataFolder) -> Facts:
    """The facts over a fresh record without a catalogue."""
    ReferenceLevel.objects.all().delete()
    Procedure.objects.all().delete()
    return Facts(FactsPaths.in_data(folder.root, settings.RECORD))
