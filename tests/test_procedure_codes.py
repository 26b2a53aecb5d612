"""An exam is known by the code of its procedure, by the name that the site's own file gives it."""

from collections.abc import Iterator

import pytest
from pydicom.dataset import Dataset

from doseloop.model.errors import UnusableInput
from doseloop.model.reading import Code
from doseloop.pipeline import Pipeline
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.follower import Follower
from doseloop.store import procedure_codes
from doseloop.store.audit import COMMAND
from doseloop.store.models import AuditRow, Part, ProcedureCode
from doseloop.store.procedures import bring_up_to_date
from tests.reading import reports
from tests.shared import shared
from tests.store.taken_in import pipeline_over, take_in

PLAYBOOK = "rpid,letter_code,short_name,long_name\nRPID16,CTBRPE,CT Brain,CT Brain wo IV Contrast\nRPID17,X,,\n"
LOINC = '"LoincNumber","LongCommonName"\n"24627-2","CT Chest"\n'


@pytest.fixture
def pipeline(folder: DataFolder) -> Pipeline:
    bring_up_to_date()
    return pipeline_over(folder)


def report(value: str, scheme: str, meaning: str, description: str = "") -> bytes:
    made = reports.ct_report(1)
    made.StudyDescription, made.ProtocolName, made.RequestedProcedureDescription = description, "", ""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    made.ProcedureCodeSequence = [code]
    for item in made.ContentSequence:
        for inner in getattr(item, "ContentSequence", []):
            if inner.ConceptNameCodeSequence[0].CodeValue == "125203":
                inner.TextValue = "Plain"
    made.ContentSequence = [*without_regions(made)]
    return reports.encode(made)


def without_regions(made: Dataset) -> Iterator[Dataset]:
    """A target region elsewhere would contradict the code."""
    for item in made.ContentSequence:
        if "ContentSequence" in item:
            item.ContentSequence = [
                inner for inner in item.ContentSequence if inner.ConceptNameCodeSequence[0].CodeValue != "123014"
            ]
        yield item


def procedures() -> list[str | None]:
    return list(Part.objects.values_list("procedure_id", flat=True))


def test_the_meaning_of_a_code_is_a_name(pipeline: Pipeline) -> None:
    take_in(pipeline, [report("LOCAL7", "99HOSP", "CT Chest")])
    assert procedures() == ["ct-chest"]
    assert Part.objects.get().evidence[0]["field"] == "procedure code"


def test_the_sites_file_names_a_code_and_exams_without_a_procedure_follow(pipeline: Pipeline) -> None:
    take_in(pipeline, [report("RPID16", "RADLEX", "Zq 16")])
    assert procedures() == [None]
    assert procedure_codes.bring_in("RADLEX", PLAYBOOK, COMMAND) == 1
    follower = Follower(pipeline)
    while follower.step():
        pass
    assert procedures() == ["ct-head"]
    assert AuditRow.objects.get(action="codes imported").after == {"codes": 1}


def test_names_that_disagree_with_the_code_conclude_nothing(pipeline: Pipeline) -> None:
    procedure_codes.bring_in("LOINC", LOINC, COMMAND)
    take_in(pipeline, [report("24627-2", "LN", "whatever", description="CT Head")])
    assert procedures() == [None]


def test_a_newer_file_takes_the_place_of_its_scheme_alone(pipeline: Pipeline) -> None:
    procedure_codes.bring_in("RADLEX", PLAYBOOK, COMMAND)
    procedure_codes.bring_in("LOINC", LOINC, COMMAND)
    procedure_codes.bring_in("RADLEX", "RPID,LONG NAME\nRPID18,CT Neck\n", COMMAND)
    assert set(ProcedureCode.objects.values_list("code", flat=True)) == {"RPID18", "24627-2"}
    assert procedure_codes.named((Code("RPID18", "99LOCAL", "own"),))[0].meaning == "own"


@pytest.mark.parametrize(
    ("scheme", "text", "said"),
    [
        ("RADLEX", "", "lacks a column rpid"),
        ("RADLEX", "rpid,other\nRPID1,x\n", "lacks a column longname or name; it has rpid, other"),
        ("RADLEX", "rpid,long_name\n,\n", "No line of the file"),
        ("SNOMED", PLAYBOOK, "'SNOMED' is none of RADLEX, LOINC"),
        ("LOINC", 'LoincNumber,LongCommonName\n"1' + "x" * 200_000, "no CSV"),
    ],
)
def test_a_file_that_is_none_says_why_and_changes_nothing(
    pipeline: Pipeline, scheme: str, text: str, said: str
) -> None:
    procedure_codes.bring_in("LOINC", LOINC, COMMAND)
    with pytest.raises(UnusableInput, match=said):
        procedure_codes.bring_in(scheme, text, COMMAND)
    assert ProcedureCode.objects.count() == 1


def test_a_real_playbook_is_taken_in_whole(pipeline: Pipeline) -> None:
    text = shared("refdata/radlex_playbook_core_subset.csv").read_text("utf-8")
    assert procedure_codes.bring_in("RADLEX", text, COMMAND) == 486
