"""The page where a question came back and a language model may be asked: two clicks, and what stays out of sight of the model."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pydantic import SecretStr

from doseloop.store.models import AuditRow
from tests.ask.model_server import FakeModel, after, body_said, content_said, fake_model, plan_said
from tests.roles.installation import free_port
from tests.web.record import Department
from tests.web.suggesting import GOOD
from tests.web.test_ask import ask, plan, said

QUESTION = "florbnik me the median DLP of CT chest by scanner this year"
BUTTON, RUN = "Let the language model suggest a reading", "Run it"


@pytest.fixture
def client(department: Department, signed_in: Any) -> Client:
    found: Client = signed_in("physicist")
    return found


def use(monkeypatch: pytest.MonkeyPatch, address: str, **more: Any) -> None:
    held = {"ask_model_address": address, "ask_model_name": "small", "ask_model_key": SecretStr("the-key"), **more}
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update=held))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    with fake_model(GOOD) as found:
        use(monkeypatch, found.address)
        yield found


def suggest(client: Client) -> str:
    """The page after the button was used."""
    found = client.post("/ask/suggest/")
    assert (found.status_code, found["Location"]) == (302, "/ask/?unanswered")
    return client.get(found["Location"]).content.decode()


def waiting(page: str) -> str:
    """The plan that waits on a page."""
    return page.split('action="/ask/run/"')[1].split('name="plan" value="')[1].split('"')[0]


def test_without_a_model_in_the_settings_no_page_speaks_of_one(client: Client) -> None:
    _, page = ask(client, QUESTION)
    assert "Not understood: “florbnik”" in said(page) and "language model" not in page
    assert client.post("/ask/suggest/")["Location"] == "/ask/"
    assert not AuditRow.objects.filter(action="asked a language model").exists()


def test_the_first_click_asks_and_shows_the_second_runs_and_the_answer_says_whose_reading_it_is(
    client: Client, model: FakeModel
) -> None:
    _, page = ask(client, QUESTION)
    assert BUTTON in page and model.received == []

    page = suggest(client)
    assert len(model.received) == 1 and RUN in page and BUTTON not in page
    text = said(page)
    assert "Suggested by a language model, not yet run" in text
    assert "Median DLP for CT Chest by scanner this year" in text and "Nothing of it stands for “florbnik”" in text
    assert not AuditRow.objects.filter(action="asked").exists()

    found = client.post("/ask/run/", {"plan": waiting(page)})
    assert plan(found["Location"]).group_by == ["scanner"] and "florbnik" not in found["Location"]
    page = client.get(found["Location"]).content.decode()
    assert "A language model suggested this reading of the question" in said(page)
    assert QUESTION in said(page) and "CT 1 Emergency" in page and len(model.received) == 1
    asked, sent = AuditRow.objects.get(action="asked"), AuditRow.objects.get(action="asked a language model")
    assert asked.after["read by"] == "a language model" and asked.after["rows"] >= 1
    assert (sent.actor, sent.subject) == ("physicist", "model small")
    assert sent.after == {"plan": asked.subject.removeprefix("plan ")}


def test_the_file_of_such_an_answer_is_noted_so_too_and_that_of_another_is_not(
    client: Client, model: FakeModel
) -> None:
    ask(client, QUESTION)
    address = client.post("/ask/run/", {"plan": waiting(suggest(client))})["Location"]
    client.get(address)
    client.get(address.replace("/ask/", "/ask/answer.csv"))
    assert [one.after.get("read by") for one in AuditRow.objects.filter(action="asked")] == ["a language model"] * 2
    client.get(ask(client, "median DLP of CT chest this year")[0].replace("/ask/", "/ask/answer.csv"))
    assert all("read by" not in one.after for one in AuditRow.objects.filter(action="asked").order_by("-id")[:2])


def test_a_follow_up_of_such_an_answer_is_read_by_the_reader_alone(client: Client, model: FakeModel) -> None:
    ask(client, QUESTION)
    address = client.post("/ask/run/", {"plan": waiting(suggest(client))})["Location"]
    client.get(address)
    found = client.post("/ask/say/", {"q": "only women", "plan": address.split("plan=")[1].split("&")[0]})
    page = client.get(found["Location"]).content.decode()
    assert len(plan(found["Location"]).filters) == 2 and "A language model suggested" not in page


def test_what_runs_is_what_was_seen(client: Client, model: FakeModel) -> None:
    ask(client, QUESTION)
    seen = waiting(suggest(client))
    other = plan(ask(client, "median DLP of CT head this year")[0])
    assert client.post("/ask/run/", {"plan": seen})["Location"] == "/ask/"
    ask(client, QUESTION)
    suggest(client)
    assert client.post("/ask/run/", {"plan": "e30"})["Location"] == "/ask/" and other.filters
    assert client.post("/ask/run/")["Location"] == "/ask/"
    assert not AuditRow.objects.filter(action="asked", after__has_key="read by").exists()


def test_neither_click_works_by_an_address(client: Client, model: FakeModel) -> None:
    ask(client, QUESTION)
    assert client.get("/ask/suggest/").status_code == client.get("/ask/run/").status_code == 405
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/ask/suggest/").status_code == strict.post("/ask/run/").status_code == 403
    assert model.received == []


@pytest.mark.parametrize(
    "question",
    [
        "why is the dose of CT chest so high",
        "which patient is florbnik",
        "select * from exams",
        "is the dose of florbnik dangerous",
        "number of exams with CT head above the DRL this year",
    ],
)
def test_no_model_is_offered_or_asked_for_what_is_refused_or_has_options(
    client: Client, model: FakeModel, question: str
) -> None:
    _, page = ask(client, question)
    assert BUTTON not in page
    client.post("/ask/suggest/")
    assert model.received == []


@pytest.mark.parametrize(
    ("says", "note"),
    [
        (content_said("The median is 612 mGy·cm."), "What it answered cannot be read."),
        (plan_said(sql="select 1"), "What it answered is no plan."),
        (plan_said(intent="<script>alert(1)</script>"), "What it answered is no plan."),
        (plan_said(filters=[{"field": "scanner", "op": "in", "value": ["CT 1 Emergency"]}]), "a condition that the question"),
        (plan_said(filters=[{"field": "scanner", "op": "in", "value": ["<b>9</b>"]}]), "a condition that the question"),
        (plan_said(filters=[{"field": "dlp", "op": "gt", "value": 1}]), "a limit that the question does not name"),
        (plan_said(time={"kind": "all"}), "a period that the question does not name"),
        (content_said("[" * 10_000), "What it answered cannot be read."),
        (body_said(b"[" * 500_000), "could not be asked: its answer is too long."),
        (body_said(b"", 302, location="http://localhost:1/"), "could not be asked: it answered with status 302."),
        (after(3, GOOD), "could not be asked: it did not answer within 0.5 seconds."),
    ],
)  # fmt: skip
def test_a_model_that_answers_badly_leaves_the_question_as_it_was_with_a_note(
    client: Client, model: FakeModel, monkeypatch: pytest.MonkeyPatch, says: Any, note: str
) -> None:
    model.says = says
    use(monkeypatch, model.address, ask_model_seconds=0.5 if "within" in note else 20.0)
    ask(client, QUESTION)
    page = suggest(client)
    assert note in said(page) and "Not understood: “florbnik”" in said(page)
    assert RUN not in page and BUTTON in page
    assert not {"<script>alert", "<b>9", "612", "select 1"} & {
        one for one in ("<script>alert", "<b>9", "612", "select 1") if one in page
    }
    assert AuditRow.objects.get(action="asked a language model").after.keys() == {"none"}
    assert BUTTON in client.get("/ask/?unanswered").content.decode()


def test_a_model_that_is_not_there_leaves_the_question_as_it_was(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, f"http://127.0.0.1:{free_port()}/v1")
    with caplog.at_level(logging.INFO):
        ask(client, QUESTION)
        assert "could not be asked: it cannot be reached." in said(suggest(client))
    assert "florbnik" not in caplog.text and "the-key" not in caplog.text


def test_no_name_of_the_record_reaches_the_model(client: Client, model: FakeModel) -> None:
    ask(client, "florbnik CT chest doses on CT 1 Emergency at Harbour Clinic by Samuel Okafor, Zaphodia 0123456789")
    client.post("/ask/suggest/")
    sent = b"".join(model.received).decode().casefold()
    assert "\\u27e8operator 1\\u27e9" in sent or "⟨operator 1⟩" in sent
    for canary in (
        "emergency",
        "harbour",
        "samuel",
        "okafor",
        "zaphodia",
        "0123456789",
        "florbnik",
        "physicist",
    ):
        assert canary not in sent, canary


def test_a_person_who_may_not_see_people_has_none_of_their_names_as_marks(model: FakeModel, signed_in: Any) -> None:
    viewer: Client = signed_in("viewer")
    ask(viewer, "florbnik the median DLP of CT chest by Samuel Okafor")
    viewer.post("/ask/suggest/")
    assert "operator" not in model.asked["messages"][1]["content"]


def test_the_reading_of_one_session_is_not_that_of_another(client: Client, model: FakeModel, signed_in: Any) -> None:
    ask(client, QUESTION)
    seen = waiting(suggest(client))
    other: Client = signed_in("viewer")
    assert other.post("/ask/run/", {"plan": seen})["Location"] == "/ask/"
    assert RUN not in other.get("/ask/?unanswered", follow=True).content.decode()
