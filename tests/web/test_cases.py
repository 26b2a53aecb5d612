"""Pages of cases: lists, one case, and its forms."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from doseloop.access.scope import SYSTEM
from doseloop.assess.effect import Effect
from doseloop.model.errors import UnusableInput
from doseloop.store import case_actions, effect_looks
from doseloop.store.case_detail import case_detail
from doseloop.store.models import AuditRow, Case, Exam, Flag
from doseloop.store.set_aside_counts import OFTEN
from doseloop.web import case_form
from doseloop.web.case_words import days_said
from tests.web.record import Department
from tests.web.test_disclosures import said_by

ACTION = {
    "kind": "protocol changed", "text": "Reference current lowered.", "procedure": "ct-chest", "quantity": "dlp_mgy_cm",
    "direction": "fall", "percent": "20", "by": "Kim",
}  # fmt: skip


def made(client: Any, flag: int, **given: str) -> int:
    found = client.post(f"/flags/{flag}/case", given)
    assert found.status_code == 302
    return int(found["Location"].strip("/").split("/")[1])


def text(found: Any) -> str:
    assert found.status_code == 200
    return str(found.content.decode())


def yesterday() -> str:
    return f"{timezone.now() - timedelta(days=1):%Y-%m-%dT%H:%M}"


def test_a_flag_becomes_a_case_with_the_title_that_was_typed_or_suggested(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("radiographer")
    assert Case.objects.get(pk=made(client, department.flag, title="Chest doses")).title == "Chest doses"
    suggested = Case.objects.get(pk=made(client, department.other_flag)).title
    assert suggested.startswith("High dose: ")
    assert "CT 2 Outpatients" in suggested
    assert "Chest doses" in text(client.get(f"/flags/{department.flag}/"))


def test_a_flag_comes_to_a_case_that_is_there(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag)
    assert client.post(f"/flags/{department.other_flag}/add", {"case": case})["Location"] == f"/cases/{case}/"
    assert Flag.objects.filter(case=case).count() == 2
    assert client.post(f"/flags/{department.other_flag}/add", {"case": "9" * 30}).status_code == 400


def test_a_case_goes_from_its_flag_over_an_action_to_its_end_and_opens_by_itself(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    case = made(client, department.flag)
    owner = get_user_model().objects.get(username="radiographer").pk
    client.post(f"/cases/{case}/follow", {"title": "Chest doses", "owner": owner, "due": "2030-01-15"})
    client.post(f"/cases/{case}/judge", {
        "cause": "protocol set up or copied wrongly", "classification": "notifiable", "rule_pack": "uk-saue",
        "report_by": "2030-01-05",
    })  # fmt: skip
    client.post(f"/cases/{case}/actions", {**ACTION, "scanner": [department.scanner], "at": yesterday()})
    shown = text(client.get(f"/cases/{case}/"))
    for said in (
        "Waiting for effect",
        "radiographer",
        "15 Jan 2030",
        "5 Jan 2030",
        "DLP falls by 20 %",
        "CT 1 Emergency",
    ):
        assert said in shown, said
    client.post(f"/cases/{case}/end", {"act": "close", "text": "It worked."})
    assert "Record an action" not in text(client.get(f"/cases/{case}/"))
    action = Case.objects.get(pk=case).actions.get().pk
    client.post(f"/cases/{case}/actions/{action}/undo", {"at": yesterday(), "why": "The update put it back."})
    shown = text(client.get(f"/cases/{case}/"))
    assert "Reopened" in shown
    assert "By itself: what was changed was undone." in shown


def test_lists_are_chosen_by_their_address_and_become_files(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    case = made(client, department.flag, title="Chest doses")
    Case.objects.filter(pk=case).update(due=timezone.now().date() - timedelta(days=4))
    for show in ("mine", "open", "overdue", "all"):
        assert "Chest doses" in text(client.get(f"/cases/?show={show}")), show
    assert "Chest doses" not in text(client.get("/cases/?show=closed"))
    assert "overdue" in text(client.get("/cases/?show=nonsense&site=9&page=400"))
    file = b"".join(client.get("/cases.csv?show=overdue")).decode()
    assert file.count("\n") == 2
    assert "Chest doses" in file
    assert b"".join(client.get("/cases.xlsx"))[:2] == b"PK"


def test_who_may_only_look_sees_no_form_and_opens_no_file(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag)
    client.post(f"/cases/{case}/files", {"file": SimpleUploadedFile("note.txt", b"Names of people")})
    viewer = signed_in("viewer")
    shown = text(viewer.get(f"/cases/{case}/"))
    assert "note.txt" in shown
    assert f"/cases/{case}/files/" not in shown
    assert f"/cases/{case}/end" not in shown
    file = Case.objects.get(pk=case).files.get().pk
    assert viewer.get(f"/cases/{case}/files/{file}").status_code == 403


def test_a_file_is_saved_and_never_shown(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag)
    client.post(f"/cases/{case}/files", {"file": SimpleUploadedFile('Bericht "Ä".txt', b"<script>")})
    file = Case.objects.get(pk=case).files.get().pk
    found = client.get(f"/cases/{case}/files/{file}")
    assert (found.content, found["Content-Type"]) == (b"<script>", "application/octet-stream")
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Content-Disposition"] == 'attachment; filename="Bericht ___.txt"'
    seen = AuditRow.objects.filter(subject=f"file {file} of case {case}")
    assert [row.patient_key for row in seen] == [Exam.objects.get(pk=department.exam).patient_id]


def test_exams_are_linked_and_markup_in_words_is_text(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag)
    client.post(f"/cases/{case}/exams", {"exam": department.angiography})
    client.post(f"/cases/{case}/comment", {"text": "<script>alert(1)</script>"})
    shown = text(client.get(f"/cases/{case}/"))
    assert f"/exams/{department.angiography}/" in shown
    assert "<script>alert(1)" not in shown
    client.post(f"/cases/{case}/exams", {"exam": department.angiography, "act": "unlink"})
    assert [one.id for one in case_detail(SYSTEM, case).exams] == [department.exam]


@pytest.mark.parametrize(
    ("part", "given"),
    [
        ("follow", {"title": ""}),
        ("follow", {"title": "x", "owner": "all"}),
        ("follow", {"title": "x", "due": "soon"}),
        ("judge", {"cause": "bad luck", "classification": "none"}),
        ("comment", {"text": " "}),
        ("exams", {"exam": "x"}),
        ("files", {}),
        ("actions", {**ACTION, "at": "yesterday"}),
        ("actions", {**ACTION, "at": "2026-01-01T10:00+01:00"}),
        ("actions", {**ACTION, "at": "2026-01-01T10:00", "percent": "-20"}),
        ("actions", {**ACTION, "at": "2026-01-01T10:00", "percent": "nan"}),
        ("actions", {**ACTION, "at": "2026-01-01T10:00", "direction": "sideways"}),
        ("end", {"act": "close", "text": ""}),
        ("end", {"act": "reopen", "text": "x"}),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    department: Department, signed_in: Any, part: str, given: dict[str, str]
) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag)
    before = case_detail(SYSTEM, case)
    assert client.post(f"/cases/{case}/{part}", given).status_code == 400
    assert case_detail(SYSTEM, case) == before


def test_the_page_of_flags_tells_of_a_reason_that_comes_back(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    assert "changing the rule" not in text(client.get("/flags/"))
    rows = Flag.objects.filter(scanner=department.scanner)
    for row in rows:
        row.pk = None
        for number in range(OFTEN):
            row.pk, row.key = None, f"{row.key}/{number}"
            row.state, row.verdict, row.judged_at = "set aside", "patient size explains it", timezone.now()
            row.save()
    shown = text(client.get("/flags/"))
    assert "set aside as “patient size explains it” in 90 days" in shown
    assert 'Consider <a href="/rules/' in shown
    assert "changing the rule" in shown


def test_days_are_said_as_people_say_them() -> None:
    assert [days_said(one) for one in (-2, -1, 0, 1, 9)] == [
        "2 days overdue", "1 day overdue", "today", "in 1 day", "in 9 days",
    ]  # fmt: skip


def test_a_moment_has_no_zone_of_its_own() -> None:
    with pytest.raises(UnusableInput):
        case_form.moment_in("2026-01-01T10:00Z", "When")


def test_the_command_lists_cases_without_patients(department: Department) -> None:
    (line,) = said_by(settings.FOLDER.root, "cases", "--json").splitlines()
    found = json.loads(line)
    assert (found["state"], found["owner"], found["overdue"], found["flags"]) == ("open", "m.keane", False, 1)
    assert (found["effect"], found["look"]) == ("", None)


def looked_at(department: Department, client: Any, **told: Any) -> int:
    """A case with an action that was looked at."""
    case = made(client, department.flag, title="Chest doses")
    client.post(f"/cases/{case}/actions", {**ACTION, "scanner": [department.scanner], "at": yesterday()})
    (action,) = case_actions.actions_of(SYSTEM, case)
    found = {
        "verdict": "not met",
        "expected": -0.2,
        "before": 60,
        "after": 143,
        "change": -0.12,
        "low": -0.16,
        "high": -0.08,
    }
    effect_looks.keep(action, department.scanner, Effect(**{**found, **told}))
    return case


def test_a_case_says_what_later_exams_show_what_was_left_out_and_every_look(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    told = {"controls": (str(department.other_scanner),), "slope": 0.84, "not_seen": ("Indication.",)}
    shown = text(client.get(f"/cases/{looked_at(department, client, **told)}/"))
    for said in (
        "12 % less, 95 % interval 8 to 16 % less, 143 exams since; expected 20 % less: not met.",
        "Compared with the same exams on",
        "the dose goes with weight to the power of 0.8",
        "Indication.",
        "The looks so far",
        "chart-effect-",
    ):
        assert said in shown, said
    assert "Reopened" not in shown


def test_a_list_a_file_and_the_command_say_the_effect(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    case = looked_at(department, client)
    shown = text(client.get("/cases/"))
    assert "12 % less (8 to 16 % less), 143 exams since" in shown
    file = csv.DictReader(io.StringIO(b"".join(client.get("/cases.csv")).decode("utf-8-sig")))
    (row,) = [one for one in file if one["Case"] == "Chest doses"]
    assert (row["Effect"], float(row["Change (%)"]), float(row["95 % interval from (%)"])) == ("not met", -12.0, -16.0)
    assert (row["Exams before"], row["Exams since"], float(row["Expected (%)"])) == ("60", "143", -20.0)
    lines = map(json.loads, said_by(settings.FOLDER.root, "cases", "--json").splitlines())
    (found,) = [one for one in lines if one["id"] == case]
    assert (found["effect"], found["look"]["change"], found["look"]["after"]) == ("not met", -0.12, 143)


def test_what_was_told_stands_beside_a_look_that_tells_less(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    case = looked_at(department, client, verdict="met", change=-0.2)
    (action,) = case_actions.actions_of(SYSTEM, case)
    less = Effect("too early", -0.2, 60, 5, more_exams=5)
    effect_looks.keep(action, department.scanner, less)
    shown = text(client.get(f"/cases/{case}/"))
    assert "5 exams since, at least 10 are needed; expected 20 % less: too early" in shown
    assert "It was told “met” before, which stands." in shown
    assert "Later exams show what was expected." in shown


def test_an_exam_shows_the_cases_that_it_is_linked_to_and_no_others(department: Department, signed_in: Any) -> None:
    client = signed_in("radiographer")
    case = made(client, department.flag, title="Chest doses")
    assert "Chest doses" in text(client.get(f"/exams/{department.exam}/"))
    assert "Chest doses" not in text(client.get(f"/exams/{department.angiography}/"))
    client.post(f"/cases/{case}/exams", {"exam": department.angiography})
    shown = text(signed_in("viewer").get(f"/exams/{department.angiography}/"))
    assert f"/cases/{case}/" in shown
