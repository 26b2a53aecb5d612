"""The facts over a fresh record that the models write."""

import pytest
from django.conf import settings

from doseloop.facts.engine import Facts
from doseloop.facts.paths import FactsPaths
from doseloop.roles.data_folder import DataFolder
from doseloop.store.models import Procedure, ReferenceLevel


@pytest.fixture
def paths(folder: DataFolder) -> FactsPaths:
    """A fresh record with no copy and no catalogue yet: a test makes what it counts on."""
    ReferenceLevel.objects.all().delete()
    Procedure.objects.all().delete()
    return FactsPaths.in_data(folder.root, settings.RECORD)


@pytest.fixture
def facts(paths: FactsPaths) -> Facts:
    """The facts over the fresh record."""
    return Facts(paths)
