"""Computed quantities in the figures of procedures: chosen like any other, and said to be computed wherever they are."""

import re
from typing import Any

import pytest

from doseloop.dosimetry.methods import METHODS
from doseloop.model.quantities import COMPUTED
from doseloop.store.changes import note_change
from doseloop.store.models import Event, Exam, Part
from doseloop.web.computed_note import computed_note
from tests.web.record import Department


@pytest.fixture
def computed_chests(department: Department) -> Department:
    """The department with SSDE of every acquisition of a chest, and E of every chest."""
    chests = Part.objects.filter(procedure="ct-chest")
    chests.update(effective_dose_estimate_msv=5.25)
    Event.objects.filter(part__in=chests, role="main").update(ssde_mgy=9.75)
    note_change(Exam.objects.values_list("pk", flat=True))
    return department


def shown(client: Any, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


@pytest.mark.parametrize(
    ("quantity", "value", "methods"),
    [("ssde_mgy", "9.75", "/methods/ssde-aapm-220/"), ("effective_dose_estimate_msv", "5.25", "effective-dose-ct-icrp-103")],
)  # fmt: skip
def test_a_computed_quantity_is_chosen_like_any_other_and_says_that_it_is_computed(
    quantity: str, value: str, methods: str, computed_chests: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    address = f"/procedures/ct-chest/?quantity={quantity}"
    page, text = client.get(address).content.decode(), shown(client, address)
    assert "is computed, not stated by the scanner." in text and "needs a physicist" in text
    assert methods in page and 'href="/methods/"' in page
    assert value in text and "CT 1 Emergency" in text
    lines = b"".join(client.get(f"/procedures/ct-chest/scanners.csv?quantity={quantity}")).decode()
    assert value in lines


def test_a_quantity_that_objects_state_is_not_said_to_be_computed(department: Department, signed_in: Any) -> None:
    assert "is computed, not stated" not in shown(signed_in("physicist"), "/procedures/ct-chest/")


def test_a_quantity_that_is_computed_for_another_modality_alone_cannot_be_chosen(
    department: Department, signed_in: Any
) -> None:
    found = signed_in("physicist").get("/procedures/ct-chest/?quantity=dap_corrected_gy_cm2")
    assert found.status_code == 400


@pytest.mark.parametrize("quantity", COMPUTED)
def test_the_note_tells_whether_a_method_of_the_quantity_is_verified(quantity: str) -> None:
    note = computed_note(quantity)
    assert note is not None
    verified = [one.is_verified for one in METHODS if one.quantity == COMPUTED[quantity]]
    assert note.is_verified is any(verified)
    assert ("no method of it is verified" in note.sentence) is (bool(verified) and not any(verified))
    assert ("figures leave out" in note.sentence) is (any(verified) and not all(verified))
