"""The compliance report on paper: what it says, to whom it can be read aloud, and that it is the same byte for byte."""

import io
import time
from dataclasses import replace

import pytest
from pypdf import PdfReader

from doseloop.model.quantities import number_shown
from doseloop.report.compliance_pdf import compliance_pdf
from doseloop.report.compliance_report import ComplianceReport, figures_sha256
from tests.report.compliance import HEAD, SIGNED, figure, report, some

A4_POINTS = (595, 842)


def pages(made: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made)).pages]


def text_of(made: ComplianceReport) -> str:
    return " ".join(pages(compliance_pdf(made, HEAD)))


def test_the_same_report_gives_the_same_bytes() -> None:
    first = compliance_pdf(some(), HEAD)
    time.sleep(1.1)  # a date of its own would be another second
    assert compliance_pdf(some(), HEAD) == first


def test_the_title_page_says_where_when_by_whom_and_of_which_data() -> None:
    first = pages(compliance_pdf(some(), HEAD))[0]
    digest = figures_sha256(some())
    for told in (
        *("North", "1 March 2025 to 31 March 2025", "3 April 2025, 08:15 UTC", "m.keane with Doseloop 0.1.0"),
        *("change 77", digest[:32], digest[32:], "For signature", "CT 1, CT 2"),
    ):
        assert told in first


def test_every_median_interval_level_and_count_is_printed_as_pages_show_it() -> None:
    made, text = some(), text_of(some())
    for one in made.figures:
        for value in (one.level, one.median, one.interval_low, one.interval_high):
            assert value is None or number_shown(one.quantity, value) in text
    assert "33 34 values" in text


def test_the_summary_counts_each_state() -> None:
    first = pages(compliance_pdf(some(), HEAD))[0]
    for told in ("2 Above", "1 Within", "1 Low", "1 Too few", "1 No verdict", "6 comparisons"):
        assert told in first


def test_what_a_person_said_stands_beneath_its_row() -> None:
    assert "Said: Trauma list; protocol under review. (m.keane)" in text_of(some())


def test_a_set_that_was_left_out_is_named_as_left_out() -> None:
    made = some()
    sets = tuple(replace(one, left_out=one.id == "de") for one in made.sets)
    told = text_of(replace(made, sets=sets))
    assert "Left out of this report, since it is neither verified nor confirmed by the site: DE 2022, BfS." in told


def test_a_signed_report_carries_the_name() -> None:
    signed, unsigned = " ".join(pages(compliance_pdf(some(), SIGNED))), text_of(some())
    assert signed.count("Dr Maeve Keane, Medical physics expert") == 2
    assert "Dr Maeve Keane" not in unsigned and "not signed" in unsigned


def test_a_report_for_information_has_no_line_to_sign_on() -> None:
    assert "name and signature" not in text_of(replace(some(), for_signature=False))
    assert "name and signature" in text_of(some())


def test_a_report_of_nothing_says_so() -> None:
    assert "No median of this window is for any level" in text_of(report())


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("x")',
        "*bold* _em_ $x$ <label> @ref",
        '"); #read("/etc/passwd")',
        "\\ // /* ` ~ -- \n = Heading",
        "a" * 400,
    ],
)
def test_what_people_typed_is_text_and_never_markup(hostile: str) -> None:
    made = report(figure(scanner_name=hostile, said=hostile, said_by="x"), site_name=hostile)
    told = "".join("".join(pages(compliance_pdf(made, HEAD))).split())
    assert "".join(hostile.split()) in told


@pytest.mark.parametrize("name", ["Krankenhaus Süd", "Больница № 1", "Νοσοκομείο", "大学病院", "مستشفى", "🏥 North"])
def test_names_of_any_script_make_a_report(name: str) -> None:
    made = compliance_pdf(report(figure(), site_name=name), HEAD)
    assert b"pdfuaid:part" in PdfReader(io.BytesIO(made)).trailer["/Root"]["/Metadata"].get_data()


def test_pages_are_a4_tagged_titled_and_hold_their_fonts() -> None:
    made = PdfReader(io.BytesIO(compliance_pdf(some(), HEAD)))
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in made.pages} == {A4_POINTS}
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"].startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert made.metadata is not None and made.metadata.title == some().title
    for page in made.pages:
        for font in page["/Resources"]["/Font"].values():
            (below,) = font.get_object()["/DescendantFonts"]
            descriptor = below.get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile3", "/FontFile2"} & set(descriptor)


def test_four_hundred_comparisons_make_a_report() -> None:
    figures = [
        figure(scanner=n % 8, scanner_name=f"CT {n % 8}", level_id=f"uk-{n // 8}", procedure_name=f"CT {n // 40}")
        for n in range(400)
    ]
    assert len(pages(compliance_pdf(report(*figures), HEAD))) > 10
