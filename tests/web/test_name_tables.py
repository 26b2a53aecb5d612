"""A suggestion by words, beside what exams of the name scanned."""

from doseloop.model.procedure import Scanned
from doseloop.store.name_mapping import UnmappedName
from doseloop.store.name_scans import NameScans
from doseloop.web.name_tables import Listed, listed


def of(written: str, *lengths_mm: float, regions: tuple[str, ...] = ()) -> Listed:
    typical = Scanned(max(1, len(lengths_mm)), max(lengths_mm, default=None), sum(lengths_mm) or None)
    scans = NameScans(typical, min(lengths_mm, default=None), max(lengths_mm, default=None), regions)
    (one,) = listed([UnmappedName(1, "Main Hospital", "CT", written, 3, 1, "2026-11-01T10:00:00", scans)], "sure")
    return one


def test_what_was_scanned_is_told_also_where_nothing_is_suggested() -> None:
    one = of("CT 1", 440.0, 480.0, regions=("Abdomen and Pelvis",))
    assert one.procedure == ""
    assert one.scanned == "scanned 440 to 480 mm; 2 main acquisitions; coded Abdomen and Pelvis"


def test_a_scan_that_cannot_be_it_makes_a_suggestion_unsure_and_unticked() -> None:
    one = of("CT HEAD WO", 600.0)
    assert (one.procedure, one.confidence, one.chosen) == ("ct-head", "unsure", False)
    assert one.why.endswith("; but: 600 mm were scanned at once; CT Head has less than 450 mm.")


def test_codes_of_the_same_regions_support_a_suggestion() -> None:
    one = of("CT CHEST W CONTRAST", 340.0, regions=("Chest",))
    assert (one.procedure, one.confidence, one.chosen) == ("ct-chest", "sure", True)
    assert one.why.endswith("fits the coded region")


def test_scan_and_codes_that_go_beyond_a_name_suggest_the_wider_procedure_unsurely() -> None:
    one = of("CT ABDOMEN W CONTRAST", 490.0, regions=("Abdomen and Pelvis",))
    assert (one.procedure, one.confidence, one.chosen) == ("ct-abdomen-pelvis", "unsure", False)
    assert one.why.endswith("what was scanned and coded goes beyond that")


def test_a_name_whose_exams_tell_no_length_says_nothing_of_it() -> None:
    assert of("CT CHEST W CONTRAST").scanned == ""


def test_a_scan_that_is_longer_than_as_a_rule_leaves_a_suggestion_unsure() -> None:
    one = of("CT ABDOMEN W CONTRAST", 490.0, regions=("Abdomen",))
    assert (one.procedure, one.confidence) == ("ct-abdomen", "unsure")
    assert one.why.endswith("but longer than it is as a rule")
