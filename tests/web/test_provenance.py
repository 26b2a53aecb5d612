"""On the exam's page each number tells where it came from, without leaving it."""

from typing import Any

from doseloop.store.models import DoseObjectRow
from tests.web.disclosures import text_of
from tests.web.record import Department


def test_an_event_leads_to_its_origins_within_the_page(department: Department, signed_in: Any) -> None:
    text = signed_in("physicist").get(f"/exams/{department.exam}/").content.decode()
    asked = f"/exams/{department.exam}/provenance/?event=1"
    assert f'href="{asked}" hx-get="{asked}" hx-target="#provenance"' in text
    assert '<section class="panel" id="provenance"' in text


def test_what_was_repaired_is_marked_in_the_table_of_events(department: Department, signed_in: Any) -> None:
    text = signed_in("physicist").get(f"/exams/{department.exam}/").content.decode()
    assert '<abbr class="mark" title="repaired">†<span class="unseen"> repaired</span></abbr>' in text


def test_the_part_has_the_item_the_original_text_the_object_and_the_repair(
    department: Department, signed_in: Any
) -> None:
    asked = f"/exams/{department.exam}/provenance/?event=2"
    part = signed_in("viewer").get(asked, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    for said in ("DLP", "113838", "mGy.cm", f"CT report {department.object}", "the template has s; converted"):
        assert said in part
    assert f"/exams/{department.exam}/objects/{department.object}/tree?at=1.6.4.3#1.6.4.3" in part
    assert "<html" in signed_in("viewer").get(asked).content.decode()


def test_the_file_has_a_row_for_each_number_and_stated_total(department: Department, signed_in: Any) -> None:
    found = signed_in("physicist").get(f"/exams/{department.exam}/provenance.csv")
    lines = text_of(b"".join(found), "csv").splitlines()
    assert lines[0].endswith("Of,Number,Value,Unit,As written,Item,Code or tag,Place,Object,Source,Repair")
    assert len([line for line in lines if line.startswith(f'"exam {department.exam}, event 1",')]) >= 8
    assert any(line.startswith(f'"exam {department.exam}, stated total",DLP,') for line in lines)


def test_an_event_that_there_is_not_and_a_record_that_is_gone(department: Department, signed_in: Any) -> None:
    client, address = signed_in("physicist"), f"/exams/{department.exam}/provenance/"
    assert client.get(f"{address}?event=99").status_code == 404
    DoseObjectRow.objects.update(record=None)
    assert "Nothing to show." in client.get(address).content.decode()
    assert client.get(f"/exams/{department.exam}/").status_code == 200
