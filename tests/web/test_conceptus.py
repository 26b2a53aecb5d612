"""The pages of a conceptus dose: worked out, saved, signed, printed; who may, what is noted, and what never changes."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from doseloop.access.scope import SYSTEM
from doseloop.report.conceptus_report import decoded
from doseloop.store import conceptus_reports
from doseloop.store.models import AuditRow, ConceptusVersion, Event, Exam, Identity
from doseloop.web.conceptus_scale import LEFT, RIGHT, scale
from tests.web.record import Department

PELVIS = {
    "placement": "in field",
    "diameter": "30",
    "weeks": "11",
    "depth": "7",
    "reasoning": "Head first, AP localiser.",
}


def ct(department: Department) -> int:
    """An abdomen or pelvis CT of the site with the 32 cm phantom."""
    found = Event.objects.filter(exam__site=department.site, phantom_cm=32, protocol="AbdPel", exam__settled=True)
    return int(found.values_list("exam_id", flat=True)[0])


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def save(client: Client, exam: int, **given: str) -> int:
    newest = conceptus_reports.versions(SYSTEM, exam)
    after = str(newest[0].key) if newest else ""
    answer = client.post(f"/exams/{exam}/conceptus/save", {**PELVIS, "after": after, **given})
    assert answer.status_code == 302, answer.content
    return int(re.findall(r"\d+", answer["Location"])[-1])


def sign(client: Client, exam: int, key: int) -> Any:
    return client.post(f"/exams/{exam}/conceptus/{key}/sign", {"name": "Dr Ada Okafor", "function": "MPE"})


def test_before_anything_is_said_there_is_no_estimate_and_the_page_says_what_is_missing(
    department: Department, signed_in: Any
) -> None:
    page = text(signed_in("physicist"), f"/exams/{ct(department)}/conceptus/")
    assert "No estimate" in page
    assert "Estimate, needs a physicist" in page
    assert "It is not said whether the uterus was in the field." in page


def test_working_it_out_shows_the_interval_and_saves_nothing(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    page = " ".join(client.post(f"/exams/{exam}/conceptus/preview", PELVIS).content.decode().split())
    assert re.search(r"[\d.]+ to [\d.]+ mGy", page)
    assert "Not saved" in page
    assert ConceptusVersion.objects.count() == 0


def test_a_saved_version_holds_what_was_entered_and_no_identity(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    key = save(client, exam)
    content = conceptus_reports.content_of(SYSTEM, exam, key)
    held = decoded(content)
    assert (held.entries.diameter_mm, held.entries.gestational_age_weeks, held.entries.depth_mm) == (300, 11, 70)
    assert held.entries.reasoning == PELVIS["reasoning"]
    who = Identity.objects.get(patient=Exam.objects.get(pk=exam).patient_id, current=True)
    assert who.number.encode() not in content
    assert who.name.split("^")[0].encode() not in content


def test_a_signed_version_is_frozen_and_a_correction_is_a_new_one(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    first = save(client, exam)
    assert sign(client, exam, first).status_code == 302
    before = client.get(f"/exams/{exam}/conceptus/{first}/report.pdf").content
    second = save(client, exam, placement="outside")
    assert sign(client, exam, first).status_code == 400
    assert client.get(f"/exams/{exam}/conceptus/{first}/report.pdf").content == before
    assert "Signed" in text(client, f"/exams/{exam}/conceptus/{first}/")
    assert "There is a newer version" in text(client, f"/exams/{exam}/conceptus/{first}/")
    assert "Draft" in text(client, f"/exams/{exam}/conceptus/{second}/")


def test_the_signed_version_stays_after_the_exam_changed_and_the_page_tells(
    department: Department, signed_in: Any
) -> None:
    client, exam = signed_in("physicist"), ct(department)
    key = save(client, exam)
    sign(client, exam, key)
    path = f"/exams/{exam}/conceptus/{key}/"
    before = client.get(f"{path}report.pdf").content
    assert "Today’s data give other contributions" not in text(client, path)
    Event.objects.filter(exam_id=exam, position=0).delete()
    assert "Today’s data give other contributions" in text(client, path)
    assert client.get(f"{path}report.pdf").content == before


def test_the_pdf_says_patient_interval_marks_exposures_method_and_signature(
    department: Department, signed_in: Any
) -> None:
    client, exam = signed_in("physicist"), ct(department)
    key = save(client, exam)

    def printed() -> str:
        content = client.get(f"/exams/{exam}/conceptus/{key}/report.pdf").content
        return " ".join(" ".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).split())

    draft = printed()
    interval = re.findall(r"[\d.]+ to [\d.]+ mGy", text(client, f"/exams/{exam}/conceptus/{key}/"))[0]
    who = Identity.objects.get(patient=Exam.objects.get(pk=exam).patient_id, current=True)
    for told in (
        *(
            "Draft, not signed",
            "Estimate, needs a physicist",
            interval,
            "ICRP Publication 84",
            "100 mGy",
            "Not verified.",
        ),
        *("wholly in the field", "11 weeks", PELVIS["reasoning"], "AbdPel", who.number),
    ):
        assert told in draft
    sign(client, exam, key)
    assert "Signed by Dr Ada Okafor, MPE" in printed()


def test_who_looks_saves_signs_and_prints_is_noted(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    last = AuditRow.objects.order_by("pk").last()
    client.get(f"/exams/{exam}/conceptus/")
    client.post(f"/exams/{exam}/conceptus/preview", PELVIS)
    key = save(client, exam)
    client.get(f"/exams/{exam}/conceptus/{key}/")
    client.get(f"/exams/{exam}/conceptus/{key}/report.pdf")
    sign(client, exam, key)
    rows = list(AuditRow.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))
    assert [row.action for row in rows] == [
        *("saw", "saw", "conceptus report saved", "saw", "exported", "conceptus report signed"),
    ]
    patient = Exam.objects.get(pk=exam).patient_id
    assert {(row.actor, row.patient_key) for row in rows} == {("physicist", patient)}
    assert all(row.identified for row in rows if row.action in ("saw", "exported"))


@pytest.mark.parametrize("account", ["viewer", "radiographer", "nobody"])
def test_who_is_no_physicist_is_refused_and_sees_no_link(account: str, department: Department, signed_in: Any) -> None:
    exam = ct(department)
    key = save(signed_in("physicist"), exam)
    client = signed_in(account)
    for path in ("", f"{key}/", f"{key}/report.pdf"):
        assert client.get(f"/exams/{exam}/conceptus/{path}").status_code == 403
    for path in ("preview", "save", f"{key}/sign"):
        assert client.post(f"/exams/{exam}/conceptus/{path}", PELVIS).status_code == 403
    if account != "nobody":
        assert "dose to a conceptus" not in text(client, f"/exams/{exam}/")
    assert "dose to a conceptus" in text(signed_in("physicist"), f"/exams/{exam}/")


@pytest.mark.parametrize(
    "given",
    [
        {"diameter": "thirty"},
        {"diameter": "1e999"},
        {"placement": "somewhere"},
        {"basis": "guess"},
        {"weeks": "60"},
        {"basis": "own", "low": "2", "high": "1"},
        {"e0-counts": "left out"},
        {"after": "x"},
    ],
)
def test_what_cannot_be_used_is_refused_in_words_and_saves_nothing(
    given: dict[str, str], department: Department, signed_in: Any
) -> None:
    answer = signed_in("physicist").post(f"/exams/{ct(department)}/conceptus/save", {**PELVIS, **given})
    assert answer.status_code == 400
    assert ConceptusVersion.objects.count() == 0


def test_an_exposure_can_be_left_out_with_a_reason_or_have_an_interval_of_its_own(
    department: Department, signed_in: Any
) -> None:
    client, exam = signed_in("physicist"), ct(department)
    own = {"e1-counts": "own", "e1-low": "1", "e1-high": "2", "e1-note": "Measured in a phantom."}
    key = save(client, exam, **own, **{"e0-counts": "left out", "e0-note": "Localiser."})
    held = decoded(conceptus_reports.content_of(SYSTEM, exam, key))
    assert (held.result.low_mgy, held.result.high_mgy) == (1.0, 2.0)
    assert [one.side for one in held.marks] == ["across", "below", "below", "below"]
    page = text(client, f"/exams/{exam}/conceptus/{key}/")
    assert "Measured in a phantom." in page
    assert "left out" in page


def test_the_typical_range_of_a_procedure_can_be_the_result(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    key = save(client, exam, basis="procedure", procedure="ct-head")
    held = decoded(conceptus_reports.content_of(SYSTEM, exam, key))
    assert (held.result.low_mgy, held.result.high_mgy, held.result.is_verified) == (0.0, 0.01, False)


def test_the_picture_keeps_every_dose_within_its_line(department: Department, signed_in: Any) -> None:
    client, exam = signed_in("physicist"), ct(department)
    for low, high in (("0", "0"), ("0", "5000"), ("4000", "5000"), ("3", "12")):
        key = save(client, exam, basis="own", low=low, high=high)
        held = decoded(conceptus_reports.content_of(SYSTEM, exam, key))
        drawn = scale(held.result, held.marks)
        assert float(drawn.x) >= LEFT
        assert float(drawn.x) + float(drawn.width) <= RIGHT + 0.1


def test_the_markup_of_a_patients_name_is_text(department: Department, signed_in: Any) -> None:
    page = signed_in("physicist").get(f"/exams/{department.hostile_exam}/conceptus/").content.decode()
    assert "<script>alert(1)</script>" not in page


def test_a_signed_version_keeps_the_method_as_it_was(
    department: Department, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, exam = signed_in("physicist"), ct(department)
    key = save(client, exam)
    sign(client, exam, key)
    path = f"/exams/{exam}/conceptus/{key}/report.pdf"
    before = client.get(path).content
    monkeypatch.setattr("doseloop.report.conceptus_report.METHODS", ())
    assert client.get(path).content == before


def test_of_an_exam_with_very_many_exposures_what_is_entered_holds_for_all(
    department: Department, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doseloop.web.pages.conceptus.MOST_EVENTS", 1)
    monkeypatch.setattr("doseloop.web.conceptus_view.MOST_EVENTS", 1)
    client, exam = signed_in("physicist"), ct(department)
    page = text(client, f"/exams/{exam}/conceptus/")
    assert "more exposures than have fields of their own" in page
    assert "e0-counts" not in page
    key = save(client, exam, **{"e0-counts": "left out", "e0-note": "x"})
    assert decoded(conceptus_reports.content_of(SYSTEM, exam, key)).entries.events == ()


def test_an_mr_exam_has_no_link_to_it_and_no_exposure(department: Department, signed_in: Any) -> None:
    exam = ct(department)
    Exam.objects.filter(pk=exam).update(modality="MR")
    Event.objects.filter(exam_id=exam).delete()
    client = signed_in("physicist")
    assert "dose to a conceptus" not in text(client, f"/exams/{exam}/")
    assert "No exposure counts." in text(client, f"/exams/{exam}/conceptus/")
