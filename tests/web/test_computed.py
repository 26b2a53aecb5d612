"""What was computed stands on the exam's page with its method, and each method has a page."""

from typing import Any

import pytest

from doseloop.dosimetry.method import Method
from doseloop.dosimetry.methods import METHODS
from doseloop.store.models import Exam
from tests.web.disclosures import text_of
from tests.web.record import Department


def test_the_exam_shows_each_value_with_its_method_and_what_it_was_made_from(
    department: Department, signed_in: Any
) -> None:
    text = signed_in("physicist").get(f"/exams/{department.exam}/").content.decode()
    assert "Estimate, needs a physicist." in text
    assert 'href="/methods/effective-dose-ct-' in text
    assert "Not computed, and why" in text


def test_values_of_earlier_methods_are_said_to_be_so(department: Department, signed_in: Any) -> None:
    Exam.objects.filter(pk=department.exam).update(methods_edition="earlier")
    text = signed_in("physicist").get(f"/exams/{department.exam}/").content.decode()
    assert "The record holds values of earlier methods" in text


def test_the_file_has_a_row_for_each_value_and_each_reason(department: Department, signed_in: Any) -> None:
    found = signed_in("physicist").get(f"/exams/{department.exam}/computed.csv")
    lines = text_of(b"".join(found), "csv").splitlines()
    assert lines[0].endswith(
        "Of,Quantity,Value,Low,High,Unit,Stands for the quantity,Verified,Method,Version,"
        'Coefficients,Made from,"Assumptions, or why there is none"'
    )
    assert any("effective_dose_msv" in line for line in lines[1:])


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.id)
def test_each_method_has_its_page(method: Method, department: Department, signed_in: Any) -> None:
    text = signed_in("viewer").get(f"/methods/{method.id}/").content.decode()
    assert ("Not verified" in text) is not method.is_verified
    assert "Worked example" in text
    assert ("No published one has been seen" in text) is not bool(method.example)


def test_the_page_of_methods_says_of_which_edition_the_record_is(department: Department, signed_in: Any) -> None:
    text = signed_in("viewer").get("/methods/").content.decode()
    assert "Before values were computed" in text


def test_there_is_no_page_of_a_method_that_there_is_not(department: Department, signed_in: Any) -> None:
    assert signed_in("viewer").get("/methods/none/").status_code == 404
