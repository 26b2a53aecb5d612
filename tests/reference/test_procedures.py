"""The catalogue of procedures."""

import pytest
import yaml

from doseloop.model.errors import SetupError
from doseloop.reference.procedures import catalogue, family, parsed_catalogue
from tests.shared import shared

ALL = list(catalogue().procedures.values())


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_every_name_and_alias_leads_to_its_procedure_alone(one) -> None:  # type: ignore[no-untyped-def]
    for name in (*one.names.values(), *one.aliases):
        assert catalogue().find(name, one.modality) is one


def test_a_name_of_two_procedures_is_refused() -> None:
    entry = "{modality: CT, regions: [head], en: %s, de: %s, aliases: [Skull]}"
    text = "neutral_endings: []\nregions: {}\nprocedures:\n"
    text += f"  a: {entry % ('A', 'A')}\n  b: {entry % ('B', 'B')}\n"
    with pytest.raises(SetupError, match="skull"):
        parsed_catalogue(text)


def test_every_procedure_has_a_plain_name_in_both_languages() -> None:
    assert all(one.names["en"] and one.names["de"] for one in ALL)
    assert catalogue().name_of("ct-head", "de") == "CT Schädel"
    assert catalogue().name_of("a-site-s-own") == "a-site-s-own"


def test_angiography_and_fluoroscopy_share_their_names() -> None:
    assert family("XA") == family("RF") != family("CT")
    found = catalogue().find("ERCP", "XA")
    assert found is not None and found.key == "rf-ercp"
    assert catalogue().find("ERCP", "CT") is None


def test_the_department_s_procedures_are_covered_under_their_own_names() -> None:
    department = yaml.safe_load(shared("ask/department.yaml").read_text("utf-8"))
    for modality in ("CT", "XA"):
        for name in department["procedures"][modality]:
            found = catalogue().find(name, modality)
            assert found is not None and found.names["en"] == name


def test_codes_of_several_regions_are_known_in_the_spelling_of_reports_and_of_images() -> None:
    for written in ("Chest, Abdomen and Pelvis", "CHESTABDPELVIS"):
        assert catalogue().regions_of([written]) == {"chest", "abdomen", "pelvis"}
    assert catalogue().regions_of(["Head", "Neck", "Entire body"]) == {"head", "neck"}
    assert catalogue().regions_of([]) == frozenset()
