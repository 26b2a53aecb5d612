"""The page of a scanner's factors: a preview before anything is changed, who may enter one, and what is told of bad input."""

from typing import Any

import pytest

from doseloop.store.models import AuditRow, Decision, Scanner, TubeCalibration
from tests.web.calibrated import give_calibration
from tests.web.disclosures import text_of
from tests.web.record import Department

FACTOR = {
    "quantity": "dap_gy_cm2", "plane": "single", "factor": "0,8", "uncertainty": "5", "since": "2026-03-01", "until": "",
    "measured_by": "L. Moreau", "reference": "Report <b>17</b>",
}  # fmt: skip


@pytest.fixture
def tube(department: Department) -> int:
    return Scanner.objects.get(name="Angio 1").pk


def page(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_tube_without_a_factor_says_that_values_count_as_displayed(tube: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert "Every value counts as displayed." in page(client, f"/scanners/{tube}/calibration/")
    assert "no factor was entered" in page(client, f"/scanners/{tube}/")


def test_a_ct_has_no_link_to_factors(department: Department, signed_in: Any) -> None:
    assert "/calibration/" not in page(signed_in("physicist"), f"/scanners/{department.scanner}/")


def test_the_preview_changes_nothing_and_the_factor_is_entered_and_taken_back(tube: int, signed_in: Any) -> None:
    client, address = signed_in("physicist"), f"/scanners/{tube}/calibration"
    found = client.post(f"{address}/preview", FACTOR)
    text = " ".join(found.content.decode().split())
    assert "KAP, single plane × 0.8" in text
    assert "25 % too high" in text
    assert "Report &lt;b&gt;17&lt;/b&gt;" in text
    assert not TubeCalibration.objects.exists()
    assert client.post(f"{address}/add", FACTOR).status_code == 302
    told = page(client, f"{address}/")
    assert "25 % too high" in told
    assert "L. Moreau" in told
    assert "1 factor" in page(client, f"/scanners/{tube}/")
    batch = Decision.objects.get(kind="calibration").batch
    assert client.post(f"{address}/{batch}/undo").status_code == 302
    assert "taken back" in page(client, f"{address}/").casefold()
    assert [row.actor for row in AuditRow.objects.filter(action="tube calibrated")] == ["physicist"] * 2


def test_a_display_that_is_further_off_than_the_standard_allows_is_warned_of(tube: int, signed_in: Any) -> None:
    client = signed_in("physicist")
    for factor, warned in (("0.7", True), ("0.8", False), ("1.5", False), ("1.6", True)):
        text = client.post(f"/scanners/{tube}/calibration/preview", {**FACTOR, "factor": factor}).content.decode()
        assert ("IEC 60601-2-43 allows" in text) is warned


def test_the_preview_says_which_factor_ends(tube: int, signed_in: Any) -> None:
    give_calibration()
    text = signed_in("physicist").post(f"/scanners/{tube}/calibration/preview", {**FACTOR, "since": "2100-01-01"})
    assert "K0002 (× 0.92" in text.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"factor": ""}, "Write the factor"),
        ({"factor": "about one"}, "a number like 0.92"),
        ({"factor": "nan"}, "from 0.3 to 3"),
        ({"factor": "92"}, "see Plausibility"),
        ({"uncertainty": "small"}, "a number of per cent"),
        ({"since": ""}, "is no day"),
        ({"until": "2026-01-01"}, "before its first"),
        ({"plane": ""}, "Choose the plane"),
        ({"quantity": "x"}, "Choose what was measured"),
        ({"measured_by": ""}, "Say who measured it"),
        ({"reference": " "}, "which document"),
    ],
)
def test_bad_input_is_told_in_words_and_changes_nothing(
    tube: int, signed_in: Any, given: dict[str, str], said: str
) -> None:
    client = signed_in("physicist")
    for act in ("preview", "add"):
        found = client.post(f"/scanners/{tube}/calibration/{act}", {**FACTOR, **given})
        assert (found.status_code, said in found.content.decode()) == (400, True)
    assert not TubeCalibration.objects.exists()


def test_who_may_not_name_sees_the_factors_and_no_form(tube: int, signed_in: Any) -> None:
    give_calibration()
    for account in ("viewer", "radiographer"):
        client = signed_in(account)
        text = page(client, f"/scanners/{tube}/calibration/")
        assert "K0002" in text
        assert "Enter a factor" not in text
        assert "Take back" not in text
        assert client.post(f"/scanners/{tube}/calibration/add", FACTOR).status_code == 403


def test_a_scanner_of_another_site_is_not_there(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    other = department.other_scanner
    assert client.get(f"/scanners/{other}/calibration/").status_code == 404
    assert client.post(f"/scanners/{other}/calibration/add", FACTOR).status_code == 404
    assert not TubeCalibration.objects.exists()


def test_the_states_of_factors_and_the_file_that_tells_them(tube: int, signed_in: Any) -> None:
    give_calibration()
    client = signed_in("physicist")
    text = page(client, f"/scanners/{tube}/calibration/")
    assert text.index("K0003") < text.index("K0001")
    content = text_of(b"".join(client.get(f"/scanners/{tube}/calibration.csv")), "csv")
    rows = content.splitlines()
    assert len(rows) == 4
    assert [row.rpartition(",")[2].strip('"') for row in rows[1:]] == ["holds", "holds", "ended"]
    assert "Constancy test" in rows[1]
