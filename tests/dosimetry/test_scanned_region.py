"""The region of an acquisition: its own code, the procedure where scanners tell less, and none where both contradict."""

import pytest

from doseloop.dosimetry.missing import Missing
from doseloop.dosimetry.scanned_region import RegionNotRecorded, scanned_region
from tests.dosimetry.ct_events import acquisition

CAP = "ct-chest-abdomen-pelvis"


def test_the_code_of_the_acquisition_holds_where_no_procedure_is_known() -> None:
    found = scanned_region(acquisition("Abdomen"), None)
    assert (found.words, found.source, found.assumption) == ("abdomen", "object", "")


def test_a_procedure_of_a_site_tells_nothing() -> None:
    assert scanned_region(acquisition("Abdomen"), "site-own-procedure").source == "object"


@pytest.mark.parametrize("coded", ["Chest", "Abdomen", "Pelvis", "Abdomen and Pelvis"])
def test_a_code_for_one_part_of_the_trunk_gives_way_to_the_whole_procedure(coded: str) -> None:
    found = scanned_region(acquisition(coded), CAP)
    assert (found.words, found.source) == ("chest, abdomen, pelvis", "procedure")
    assert found.assumption


def test_in_a_scan_of_the_whole_body_each_acquisition_keeps_its_own_region() -> None:
    assert scanned_region(acquisition("Head"), "ct-whole-body-trauma").words == "head"


def test_a_localiser_has_the_region_of_the_exam() -> None:
    assert scanned_region(acquisition("Chest"), "ct-head-neck", of_the_exam=True).words == "head, neck"


@pytest.mark.parametrize("coded", [None, "Entire body"])
def test_a_code_that_says_nothing_leaves_the_region_of_the_procedure(coded: str | None) -> None:
    assert scanned_region(acquisition(coded), CAP).source == "procedure"


@pytest.mark.parametrize("procedure", ["ct-cardiac", "ct-tavi-planning"])
def test_a_heart_that_is_coded_as_chest_is_no_chest(procedure: str) -> None:
    assert scanned_region(acquisition("Chest"), procedure).words == "chest, heart"


def test_a_code_against_the_procedure_leaves_no_region() -> None:
    with pytest.raises(Missing, match="contradict"):
        scanned_region(acquisition("Head"), "ct-abdomen-pelvis")


@pytest.mark.parametrize("procedure", [None, "ct-of-pet-whole-body", "no such procedure"])
def test_where_nothing_tells_it_says_so(procedure: str | None) -> None:
    with pytest.raises(RegionNotRecorded, match="not recorded"):
        scanned_region(acquisition(None), procedure)


def test_a_code_that_is_not_known_is_not_the_same_as_none() -> None:
    with pytest.raises(Missing, match="not one that is known") as raised:
        scanned_region(acquisition("Lower limb"), None)
    assert not isinstance(raised.value, RegionNotRecorded)
    with pytest.raises(RegionNotRecorded):
        scanned_region(acquisition("Entire body"), None)
