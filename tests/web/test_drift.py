"""The page of a scanner's drift: charts and what they say, flags of one cause as one, and who may say what is the new usual."""

from datetime import datetime
from typing import Any

import pytest

from doseloop.access.scope import SYSTEM
from doseloop.store.audit import COMMAND
from doseloop.store.case_actions import NewAction, record_action
from doseloop.store.models import AuditRow, Case, Decision, Flag, NewUsualRow, Scanner
from tests.store.drifting import PROTOCOL, SERIES
from tests.web.drifted import NAME, give_drift
from tests.web.record import Department

GIVEN = {"since": "2026-01-16", "reason": "The <b>board</b> wanted it."}


@pytest.fixture
def scanner(department: Department) -> Scanner:
    return give_drift()


def page(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def file(client: Any, address: str) -> str:
    return b"".join(client.get(address).streaming_content).decode()


def drift_flag() -> Flag:
    return Flag.objects.get(rule="drift", key__contains="Thorax")


def test_each_protocol_has_a_chart_with_what_it_says(scanner: Scanner, signed_in: Any) -> None:
    text = page(signed_in("viewer"), f"/scanners/{scanner.pk}/drift/")
    assert text.count('data-chart="chart-drift-') == 3
    assert "above since about 17 Jan 2026 (within that day)" in text
    assert "41 of 101 exams" not in text and "40 of 101 exams" in text
    assert "Begin a new usual" not in text, "a viewer may begin none"


def test_the_scanner_and_the_flag_lead_to_the_charts(scanner: Scanner, signed_in: Any) -> None:
    client = signed_in("viewer")
    assert f'<a href="/scanners/{scanner.pk}/drift/">2 flags</a>' in page(client, f"/scanners/{scanner.pk}/")
    assert f'<a href="/scanners/{scanner.pk}/drift/">' in page(client, f"/flags/{drift_flag().pk}/")


def test_a_scanner_of_which_nothing_is_known_says_so(department: Department, signed_in: Any) -> None:
    text = page(signed_in("physicist"), f"/scanners/{department.scanner}/drift/")
    assert "Too little is known for a chart." in text
    assert "No change is known." in text


def test_flags_of_one_cause_are_one_line_and_lead_to_each_other(scanner: Scanner, signed_in: Any) -> None:
    client, lead = signed_in("physicist"), Flag.objects.get(rule="protocol-change", scanner=scanner)
    listed = page(client, "/flags/")
    assert "2 more of the same cause" in listed
    assert f"/flags/{drift_flag().pk}/" not in listed
    text = page(client, f"/flags/{lead.pk}/")
    assert "Of the same cause <small>2 flags</small>" in text
    assert f'<a href="/flags/{lead.pk}/">Look at the flag that leads</a>' in page(client, f"/flags/{drift_flag().pk}/")
    assert drift_flag().sentence not in file(client, "/flags.csv")


def test_a_case_follows_every_flag_of_the_cause(scanner: Scanner, signed_in: Any) -> None:
    lead = Flag.objects.get(rule="protocol-change", scanner=scanner)
    assert signed_in("physicist").post(f"/flags/{lead.pk}/case", {"title": "Thorax"}).status_code == 302
    assert {one.rule for one in Case.objects.get(title="Thorax").flags.all()} == {
        "protocol-change",
        "drift",
        "high-dose",
    }


def test_a_new_usual_of_a_flag_is_begun_and_taken_back(scanner: Scanner, signed_in: Any) -> None:
    client, flag = signed_in("physicist"), drift_flag()
    assert 'value="2026-01-17"' in page(client, f"/flags/{flag.pk}/"), "the day that the rule dated is proposed"
    assert client.post(f"/flags/{flag.pk}/usual", GIVEN).status_code == 302
    assert "This is the new usual" in page(client, f"/flags/{flag.pk}/")
    row = NewUsualRow.objects.get(flag=flag)
    assert (row.series, row.since, row.in_force, row.author) == (SERIES, "2026-01-16", True, "physicist")
    assert "The &lt;b&gt;board&lt;/b&gt; wanted it." in page(client, f"/scanners/{scanner.pk}/drift/")
    batch = Decision.objects.get(subject=f"U{row.number:04}").batch
    assert client.post(f"/scanners/{scanner.pk}/drift/{batch}/undo").status_code == 302
    assert drift_flag().state == "open"
    assert AuditRow.objects.filter(action="new usual decided", actor="physicist").count() == 2


def test_a_series_begins_anew_from_the_page(scanner: Scanner, signed_in: Any) -> None:
    client, address = signed_in("physicist"), f"/scanners/{scanner.pk}/drift"
    assert client.post(f"{address}/begin", {**GIVEN, "series": [SERIES, ""]}).status_code == 302
    assert list(NewUsualRow.objects.filter(author="physicist").values_list("series", flat=True)) == [SERIES, ""]
    assert client.post(f"{address}/begin", {**GIVEN, "series": "Another"}).status_code == 400
    assert client.post(f"{address}/begin", GIVEN).status_code == 400


def test_who_may_judge_flags_may_not_say_what_is_usual(scanner: Scanner, signed_in: Any) -> None:
    client, flag = signed_in("radiographer"), drift_flag()
    assert "This is the new usual" not in page(client, f"/flags/{flag.pk}/")
    assert client.post(f"/flags/{flag.pk}/usual", GIVEN).status_code == 403
    assert client.post(f"/scanners/{scanner.pk}/drift/begin", {**GIVEN, "series": ""}).status_code == 403


def test_a_change_of_a_protocol_is_proposed_and_begins_nothing_by_itself(scanner: Scanner, signed_in: Any) -> None:
    client = signed_in("physicist")
    flag = drift_flag()
    client.post(f"/flags/{flag.pk}/case", {"title": "Thorax"})
    case = Case.objects.get(title="Thorax").pk
    changed = NewAction(
        "protocol changed",
        "Pitch back",
        (scanner.pk,),
        None,
        "Thorax",
        "ctdi_vol_mgy",
        datetime(2026, 2, 1, 8),
        "L. M.",
        -20.0,
    )
    record_action(SYSTEM, case, changed, COMMAND)
    text = page(client, f"/scanners/{scanner.pk}/drift/")
    assert "Pitch back" in text and f'<input type="hidden" name="series" value="{SERIES}">' in text
    assert not NewUsualRow.objects.exclude(author="l.moreau").exists()


def test_the_table_is_a_file_too(scanner: Scanner, signed_in: Any) -> None:
    text = file(signed_in("physicist"), f"/scanners/{scanner.pk}/drift.csv")
    assert PROTOCOL in text and "drifted" in text and "as usual" in text and NAME not in text
