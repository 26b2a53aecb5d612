"""A record holds identity or pseudonyms, never both."""

import pytest
from django.utils import timezone

from doseloop.model.dose_object import Identity
from doseloop.model.errors import SetupError
from doseloop.model.pseudonym import pseudonym
from doseloop.roles.data_folder import DataFolder
from doseloop.store import mode, patients
from doseloop.store.models import RecordMode

PERSON = Identity("77", "A", "Doe^Jo", "1960-01-02")
WHO = {False: PERSON, True: pseudonym(PERSON, b"k" * 32)}
both = pytest.mark.parametrize("pseudonymous", [False, True])


@both
def test_a_record_with_patients_refuses_the_other_mode_and_says_what_to_do(
    folder: DataFolder, pseudonymous: bool
) -> None:
    mode.hold(pseudonymous=pseudonymous)
    patients.identify(WHO[pseudonymous], "2.25.1", 1)

    with pytest.raises(SetupError, match="new data folder"):
        mode.hold(pseudonymous=not pseudonymous)
    mode.hold(pseudonymous=pseudonymous)
    assert mode.is_pseudonymous() is pseudonymous


@both
def test_a_record_that_is_older_than_the_mode_is_known_by_its_patients(folder: DataFolder, pseudonymous: bool) -> None:
    patients.identify(WHO[pseudonymous], "2.25.1", 1)
    with pytest.raises(SetupError):
        mode.hold(pseudonymous=not pseudonymous)
    mode.hold(pseudonymous=pseudonymous)


@both
def test_a_patient_without_a_number_counts_too(folder: DataFolder, pseudonymous: bool) -> None:
    nobody = Identity(name="Doe^Jo")
    patients.identify(pseudonym(nobody, b"k" * 32) if pseudonymous else nobody, "2.25.1", 1)
    with pytest.raises(SetupError):
        mode.hold(pseudonymous=not pseudonymous)


def test_an_empty_record_takes_the_setting_on_and_keeps_one_row(folder: DataFolder) -> None:
    mode.hold(pseudonymous=False)
    before = timezone.now()
    mode.hold(pseudonymous=True)
    assert mode.is_pseudonymous() is True
    assert RecordMode.objects.get().since >= before
