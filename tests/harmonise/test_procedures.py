"""Names to procedures: exact, with evidence, and silent rather than wrong."""

import pytest

from doseloop.harmonise.procedures import conclude, match
from doseloop.model.procedure import Abstention, Evidence, Match, StudyNames
from doseloop.reference.procedures import catalogue


def matched(names: StudyNames, modality: str = "CT", site: dict[str, str] | None = None) -> str | None:
    found = match(names, modality, site or {}, catalogue())
    return None if found is None else found.procedure


def reason(names: StudyNames) -> str:
    outcome = conclude(names, "CT", {}, catalogue())
    assert isinstance(outcome, Abstention)
    return outcome.reason


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("1.1 Head", "ct-head"),
        ("Head_Routine", "ct-head"),
        ("CCT nativ", "ct-head"),
        ("Thorax^TAP (Adult)", "ct-chest-abdomen-pelvis"),
        ("CT ABD AND PELVIS WITH IV CONT", "ct-abdomen-pelvis"),
        ("LWS nativ", "ct-lumbar-spine"),
        ("Lungenembolie", "ctpa"),
    ],
)
def test_a_known_name_is_matched(words: str, key: str) -> None:
    assert matched(StudyNames(study_description=words)) == key


@pytest.mark.parametrize("words", ["Routine", "Spine", "Thorax Abdomen", "Chests and wxyz", "", "  "])
def test_a_name_that_is_open_or_unknown_is_not_matched(words: str) -> None:
    assert matched(StudyNames(study_description=words)) is None


def test_the_evidence_says_which_field_and_which_words() -> None:
    found = match(StudyNames(protocol_name="Head_Routine"), "CT", {}, catalogue())
    assert found == Match("ct-head", (Evidence("protocol name", "Head_Routine", "catalogue"),))
    assert found.sentence == "The protocol name “Head_Routine” is known to the catalogue."


def test_names_of_the_study_that_disagree_are_not_matched() -> None:
    names = StudyNames(study_description="CT Chest", protocol_name="CTPA")
    assert matched(names) is None
    assert "CTPA" in reason(names) and "CT Chest" in reason(names)


def test_an_acquisition_may_be_a_part_of_the_procedure() -> None:
    names = StudyNames(study_description="CT CAP", acquisition_protocols=("Topogram", "Chest", "Abdomen Pelvis"))
    assert matched(names) == "ct-chest-abdomen-pelvis"


def test_an_acquisition_elsewhere_contradicts_the_study() -> None:
    assert matched(StudyNames(study_description="CT Head", acquisition_protocols=("Abdomen Routine",))) is None


def test_acquisitions_alone_are_matched_where_they_agree() -> None:
    assert matched(StudyNames(acquisition_protocols=("Head Seq", "HeadSpiral", "Monitoring"))) == "ct-head"
    assert matched(StudyNames(acquisition_protocols=("Head Seq", "Chest Routine"))) is None


def test_a_coded_region_elsewhere_contradicts_and_an_unknown_one_does_not() -> None:
    head = StudyNames(study_description="CT Head", target_regions=("Abdomen",))
    assert matched(head) is None
    assert matched(StudyNames(study_description="CT Head", target_regions=("Entire body",))) == "ct-head"
    assert matched(StudyNames(study_description="CT Head", target_regions=("Abdomen", "Head"))) == "ct-head"


def test_a_coded_region_alone_is_never_a_procedure() -> None:
    assert matched(StudyNames(target_regions=("Head",))) is None


def test_the_site_s_mapping_stands_above_the_catalogue() -> None:
    names = StudyNames(study_description="CT Chest", protocol_name="Spezial 7")
    assert matched(names, site={"spezial_7": "ctpa"}) == "ctpa"
    found = match(names, "CT", {"spezial_7": "ctpa"}, catalogue())
    assert found is not None and found.evidence[0].basis == "site mapping"


def test_mappings_of_the_site_that_disagree_are_not_matched() -> None:
    names = StudyNames(study_description="A", protocol_name="B")
    assert matched(names, site={"A": "ct-head", "B": "ct-neck"}) is None


def test_a_projection_exam_never_gets_a_ct_procedure() -> None:
    assert matched(StudyNames(study_description="Head"), modality="XA") is None


def test_words_speak_only_where_the_catalogue_knows_no_name_of_the_study() -> None:
    described = StudyNames(study_description="CT Chest/Abdomen/Pelvis", protocol_name="PET_WB_diagn")
    assert matched(described) == "ct-chest-abdomen-pelvis"
    found = match(StudyNames(protocol_name="PET_WB_diagn"), "CT", {}, catalogue())
    assert found == Match("ct-of-pet-whole-body", (Evidence("protocol name", "PET_WB_diagn", "words"),))
