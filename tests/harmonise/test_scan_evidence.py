"""What was scanned speaks for or against a procedure that names have named, and never names one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.procedures import conclude
from doseloop.model.procedure import Abstention, Match, Scanned, StudyNames
from doseloop.reference.procedures import catalogue


def outcome(
    description: str, scanned: Scanned | None, *regions: str, requested: str | None = None
) -> Match | Abstention:
    names = StudyNames(
        study_description=description, requested_procedure=requested, target_regions=regions, scanned=scanned
    )
    return conclude(names, "CT", {}, catalogue())


def procedure(description: str, scanned: Scanned | None, *regions: str, requested: str | None = None) -> str | None:
    found = outcome(description, scanned, *regions, requested=requested)
    return found.procedure if isinstance(found, Match) else None


def of(*lengths_mm: float) -> Scanned:
    return Scanned(len(lengths_mm), max(lengths_mm), sum(lengths_mm))


@pytest.mark.parametrize(
    ("description", "scanned", "said"),
    [
        ("CT Head", of(600.0), "600 mm were scanned at once; CT Head has less than 450 mm."),
        ("CT Abdomen", of(700.0), "700 mm were scanned at once; CT Abdomen has less than 650 mm."),
        ("CT CAP", of(90.0), "Only 90 mm were scanned; CT Chest/Abdomen/Pelvis has 160 mm or more."),
        ("Liver 3 Phase", of(220.0), "Main acquisitions: 1; CT Liver multiphase has 2 or more."),
    ],
)
def test_a_scan_that_cannot_be_the_procedure_contradicts_its_name(
    description: str, scanned: Scanned, said: str
) -> None:
    found = outcome(description, scanned)
    assert isinstance(found, Abstention)
    assert found.reason == said


def test_a_scan_that_is_only_too_long_still_counts() -> None:
    assert procedure("CT Abdomen", of(460.0)) == "ct-abdomen"
    assert procedure("CT Head", of(310.0), "Head") == "ct-head"


def test_a_site_that_has_mapped_the_name_is_never_contradicted() -> None:
    names = StudyNames(study_description="Spezial 7", scanned=of(1100.0), target_regions=("Chest",))
    found = conclude(names, "CT", {"Spezial 7": "ct-head"}, catalogue())
    assert isinstance(found, Match) and found.procedure == "ct-head"


def test_length_and_codes_that_both_go_beyond_the_name_widen_it() -> None:
    found = outcome("CT Abdomen", of(480.0), "Abdomen and Pelvis")
    assert isinstance(found, Match) and found.procedure == "ct-abdomen-pelvis"
    assert [(one.field, one.words, one.basis) for one in found.evidence] == [
        ("study description", "CT Abdomen", "catalogue"),
        ("scanned length", "480 mm", "acquisitions"),
        ("coded region", "Abdomen and Pelvis", "acquisitions"),
    ]


def test_neither_length_nor_codes_widen_a_name_alone() -> None:
    assert procedure("CT Abdomen", of(480.0)) == "ct-abdomen"
    assert procedure("CT Abdomen", of(480.0), "Abdomen") == "ct-abdomen"
    assert procedure("CT Abdomen", of(300.0), "Abdomen and Pelvis") == "ct-abdomen"
    assert procedure("CT Abdomen", None, "Abdomen and Pelvis") == "ct-abdomen"


def test_a_name_is_widened_within_its_kind_alone() -> None:
    assert procedure("CTA Chest", of(700.0), "Chest, Abdomen and Pelvis") == "ct-aorta"
    assert procedure("CTPA", of(500.0), "Chest, Abdomen and Pelvis") == "ctpa"


def test_of_names_that_disagree_the_wider_one_holds_where_the_narrower_is_exceeded() -> None:
    assert procedure("CT Abdomen", of(480.0), requested="CT Abdomen Pelvis") == "ct-abdomen-pelvis"
    assert procedure("CT Abdomen", of(300.0), requested="CT Abdomen Pelvis") is None
    assert procedure("CT Abdomen", None, requested="CT Abdomen Pelvis") is None


@pytest.mark.parametrize("other", ["CT Head", "CTPA", "CT KUB"])
def test_names_of_different_places_or_kinds_stay_open(other: str) -> None:
    assert procedure("CT Chest", of(420.0), requested=other) is None


def test_codes_of_several_regions_contradict_a_name_elsewhere() -> None:
    assert procedure("CT Head", of(160.0), "Chest, Abdomen and Pelvis") is None
    assert procedure("CT Head", of(160.0), "Head and Neck") == "ct-head"


def test_several_phases_and_their_contrast_speak_for_a_procedure_that_has_them() -> None:
    found = outcome("Liver 3 Phase", Scanned(3, 420.0, 900.0, frozenset({"with", "without"})))
    assert isinstance(found, Match)
    assert found.evidence[-1].words == "3, without and with contrast medium"


LENGTHS = st.floats(1.0, 2500.0)
SCANNED = st.lists(LENGTHS, min_size=1, max_size=6).map(lambda lengths: of(*lengths))
REGIONS = st.lists(st.sampled_from(sorted(catalogue().region_words)), max_size=3)
NAMES = st.sampled_from(sorted(one.names["en"] for one in catalogue().procedures.values() if one.modality == "CT"))


@given(SCANNED, REGIONS)
def test_no_scan_names_a_procedure_by_itself(scanned: Scanned, regions: list[str]) -> None:
    names = StudyNames(study_description="CT 1", target_regions=tuple(regions), scanned=scanned)
    assert isinstance(conclude(names, "CT", {}, catalogue()), Abstention)


@given(NAMES, SCANNED, REGIONS)
def test_a_scan_leads_to_the_named_procedure_a_wider_one_or_none(
    name: str, scanned: Scanned, regions: list[str]
) -> None:
    found, named = procedure(name, scanned, *regions), procedure(name, None)
    if found is not None and named is not None and found != named:
        assert catalogue().procedures[named].regions < catalogue().procedures[found].regions
    assert named is not None or found is None
