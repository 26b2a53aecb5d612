"""A name is understood by its words, or it says why not; what is not wholly understood is for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doseloop.harmonise.described import described
from doseloop.harmonise.suggested import NoSuggestion, Suggestion, suggest
from doseloop.reference.procedure_words import vocabulary
from doseloop.reference.procedures import catalogue


def suggested(name: str, modality: str = "CT") -> Suggestion | NoSuggestion:
    return suggest(name, modality, catalogue(), vocabulary())


def sure(name: str, modality: str = "CT") -> str | None:
    found = suggested(name, modality)
    return found.procedure if isinstance(found, Suggestion) and found.confidence == "sure" else None


@pytest.mark.parametrize(
    ("name", "procedure"),
    [
        ("CT CHEST W CONTRAST", "ct-chest"),
        ("CT Thorax mit KM", "ct-chest"),
        ("CT ABD/PEL W/O CONT", "ct-abdomen-pelvis"),
        ("CT Abdomen und Becken nativ", "ct-abdomen-pelvis"),
        ("CHESTABDPELVIS", "ct-chest-abdomen-pelvis"),
        ("ThoraxCAP_ROUTINE_Adult_", "ct-chest-abdomen-pelvis"),
        ("CT CAP W IV CONTRAST", "ct-chest-abdomen-pelvis"),
        ("CT Hals Thorax Abdomen Becken", "ct-neck-chest-abdomen-pelvis"),
        ("CT CHEST PE PROTOCOL", "ctpa"),
        ("CT Lungenembolie", "ctpa"),
        ("CT UROGRAM", "ct-urogram"),
        ("Stein-CT low dose", "ct-kub"),
        ("CT GUIDED BIOPSY LUNG", "ct-guided-biopsy"),
        ("CT-gesteuerte Punktion Leber", "ct-guided-biopsy"),
        ("Polytrauma Schockraum", "ct-whole-body-trauma"),
        ("CT Virtual Colonoscopy", "ct-colon"),
        ("CT HWS nativ", "ct-cervical-spine"),
        ("CT SINUSES WITHOUT CONTRAST", "ct-sinuses"),
        ("CT Felsenbein beidseits", "ct-temporal-bones"),
        ("CTA CAROTIDS", "ct-neck-angiography"),
        ("CT ABDOMEN W WO CONTRAST", "ct-abdomen-two-phase"),
        ("CT ABDOMEN PELVIS W/O AND W", "ct-abdomen-pelvis-two-phase"),
        ("Chest tumour", "ct-chest"),
        ("Abdomen nativ mit KM", "ct-abdomen-two-phase"),
    ],
)
def test_a_name_of_ct_in_either_language_is_understood(name: str, procedure: str) -> None:
    assert sure(name) == procedure


@pytest.mark.parametrize(
    ("name", "modality", "procedure"),
    [
        ("PET/CT SKULL BASE TO MID THIGH", "PT", "pet-whole-body"),
        ("PET Ganzkörper FDG", "PT", "pet-whole-body"),
        ("PET / CT TUMOR IMAGING", "PT", "pet-whole-body"),
        ("PET-CT Bronchial-CA Erststaging", "PT", "pet-whole-body"),
        ("PET/CT LUNG CA RESTAGING", "CT", "ct-of-pet-whole-body"),
        ("PET BRAIN TUMOR", "PT", "pet-brain"),
        ("WB PET-CT", "CT", "ct-of-pet-whole-body"),
        ("PET^WHOLEBODY_LD90 (Adult)", "CT", "ct-of-pet-whole-body"),
        ("MAMMO SCREENING BILATERAL", "MG", "mg-screening"),
        ("Mammographie Screening", "MG", "mg-screening"),
        ("Digital breast tomosynthesis", "MG", "mg-tomosynthesis"),
        ("CHEST AP PORT", "CR", "dx-chest"),
        ("Röntgen Thorax 2 Ebenen", "DX", "dx-chest"),
        ("XR CHEST 2 VIEWS PA AND LATERAL", "DX", "dx-chest"),
        ("LWS 2 Ebenen", "DX", "dx-lumbar-spine"),
        ("NM WB BONE SCAN", "NM", "nm-bone-scan"),
    ],
)
def test_names_of_other_modalities_are_understood(name: str, modality: str, procedure: str) -> None:
    assert sure(name, modality) == procedure


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ROUTINE", "no part of the body"),
        ("", "no part of the body"),
        ("12345", "no part of the body"),
        ("Thorax Abdomen", "no standard procedure"),
        ("CT SPINE", "no standard procedure"),
        ("Water phantom QA", "no examination of a patient"),
        ("OUTSIDE CT CHEST", "no examination of a patient"),
        ("CT COLONOGRAPHY HRCT", "several kinds"),
    ],
)
def test_a_name_that_does_not_tell_says_why(name: str, why: str) -> None:
    found = suggested(name)
    assert isinstance(found, NoSuggestion)
    assert why in found.reason


def test_a_word_that_is_not_known_leaves_the_name_to_a_person() -> None:
    found = suggested("CT Chest Zyxwvu")
    assert found == Suggestion("ct-chest", "unsure", ("chest",), ("zyxwvu",))


def test_a_cut_word_and_one_wrong_letter_are_understood() -> None:
    assert sure("CT THORAX WITH CONTRA") == "ct-chest"
    assert sure("CT ABDOMEM PELVIS") == "ct-abdomen-pelvis"


def test_the_folder_of_a_scanner_counts_where_its_protocol_names_no_region() -> None:
    assert sure("Abdomen^ThoraxRoutine (Adult)") == "ct-chest"
    assert sure("Abdomen^Routine (Adult)") == "ct-abdomen"


def test_contrast_is_told_and_age_and_side_are_known_words() -> None:
    said = described("CT Knie rechts Kind ohne KM", "CT", vocabulary())
    assert (said.regions, said.contrast, said.unknown) == ({"lower-limb"}, "no", ())


@given(
    st.sampled_from(["chest", "abdomen pelvis", "ct head w contrast", "pe protocol", "thorax ohne km"]), st.randoms()
)
def test_case_and_punctuation_do_not_matter(name: str, chance: object) -> None:
    letters = "".join(one.upper() if chance.random() < 0.5 else one for one in name)  # type: ignore[attr-defined]
    spelt = letters.replace(" ", chance.choice([" ", "_", "-", "/", "  "]))  # type: ignore[attr-defined]
    assert sure(spelt.lower()) == sure(name)


@given(st.text(max_size=80))
def test_any_text_gives_a_suggestion_or_a_reason(name: str) -> None:
    found = suggested(name)
    assert isinstance(found, Suggestion) or found.reason
