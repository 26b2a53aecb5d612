"""The page that answers questions: what it shows, what it keeps, and what the audit has of it."""

import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from doseloop.access.rights import Role
from doseloop.ask.plan import Plan
from doseloop.ask.plan_address import from_address, to_address
from doseloop.store.models import AnswerRemark, AuditRow, SavedQuestion
from doseloop.web import ask_view
from tests.web.record import Department

FIRST = "median DLP of CT chest this year"


def ask(client: Client, question: str) -> tuple[str, str]:
    """The address that a first question leads to, and the page."""
    return followed(client, client.get("/ask/", {"q": question}))


def followed(client: Client, found: Any) -> tuple[str, str]:
    assert found.status_code == 302, found.status_code
    return found["Location"], client.get(found["Location"]).content.decode()


def say(client: Client, address: str, question: str, **more: str) -> tuple[str, str]:
    given = {"q": question, **({"plan": plan_in(address)} if "plan=" in address else {}), **more}
    return followed(client, client.post("/ask/say/", given))


def plan_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["plan"][0]


def plan(address: str) -> Plan:
    return from_address(plan_in(address))


def said(page: str) -> str:
    """The text of the page's main part."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") :])).split())


@pytest.fixture
def client(department: Department, signed_in: Any) -> Client:
    found: Client = signed_in("physicist")
    return found


def test_an_answer_shows_what_it_means_its_numbers_and_what_it_rests_on(client: Client) -> None:
    _, page = ask(client, FIRST + " by scanner")
    text = said(page)
    for words in (
        "Median DLP",
        "procedure CT Chest",
        "by scanner",
        "this year",
        "CT 1 Emergency",
        "Left out",
        "Freshness",
    ):
        assert words in text
    assert 'data-chart="chart-answer"' in page and "Remove procedure CT Chest" in text


def test_an_address_gives_the_same_answer_to_somebody_without_the_conversation(client: Client, signed_in: Any) -> None:
    address, page = ask(client, FIRST)
    other = signed_in("viewer").get(address).content.decode()
    sentence = re.compile(r'id="h-answer"><span[^>]*>([^<]+)<')
    assert sentence.findall(other) == sentence.findall(page) != []
    assert "answer.csv" in page and "answer.csv" not in other


def test_every_asking_is_in_the_audit_without_its_words(client: Client) -> None:
    ask(client, FIRST)
    row = AuditRow.objects.get(action="asked")
    assert (row.actor, row.patient_key, row.after) == ("physicist", None, {"rows": 1})
    assert re.fullmatch(r"plan [0-9a-f]{12}", row.subject)


def test_a_follow_up_keeps_the_rest_and_can_be_undone(client: Client) -> None:
    first, _ = ask(client, FIRST)
    second, page = say(client, first, "by scanner")
    assert plan(second).group_by == ["scanner"] and plan(second).filters == plan(first).filters
    assert "Follows the answer before and keeps" in said(page) and "Undo" in said(page)
    third, _ = say(client, second, "only women")
    back, _ = say(client, third, "undo")
    assert plan(back) == plan(second)
    branch, _ = say(client, first, "by sex")
    assert plan(branch).group_by == ["sex"] and len(plan(branch).filters) == len(plan(first).filters)
    assert say(client, branch, "start over")[0] == "/ask/"


def test_a_misspelt_word_is_told(client: Client) -> None:
    _, page = ask(client, "medain DLP of CT chest this year")
    assert "“medain” was read as “ median ”" in said(page)


def test_a_question_back_names_the_words_and_its_address_does_not(client: Client) -> None:
    address, page = ask(client, "median DLP of CT chest by florbnik")
    assert address == "/ask/?unanswered"
    assert "Not understood: “florbnik”" in said(page)


def test_an_option_answers_a_question_back(client: Client) -> None:
    _, page = ask(client, "number of exams with CT head above the DRL this year")
    assert "Which reference level do you mean?" in said(page)
    assert 'name="q" value="national_drl">national reference level' in page
    address, _ = say(client, "", "national_drl", answers="1")
    assert [one.source for one in plan(address).compare] == ["national_drl"]


def test_a_refusal_says_why_and_what_to_ask_instead(client: Client) -> None:
    _, page = ask(client, "why is the dose of CT chest so high")
    assert "cannot be read from the record" in said(page) and "by scanner, protocol or week" in said(page)


def test_people_are_refused_to_who_may_not_see_them_and_the_part_can_be_taken_away(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("viewer")
    address, page = ask(client, "median DLP of CT chest this year by operator")
    assert "not shown to you" in said(page)
    taken, answered = followed(
        client, client.get("/ask/change/", {"plan": plan_in(address), "part": "group-0", "remove": "1"})
    )
    assert plan(taken).group_by == [] and "Median DLP" in said(answered)


CHANGES: list[tuple[str, dict[str, object], dict[str, object]]] = [
    ("metric-0", {"stat": "p90", "quantity": "ctdivol"}, {"metrics": [{"stat": "p90", "quantity": "ctdivol"}]}),
    ("metric-0", {"stat": "count", "quantity": "dlp"}, {"metrics": [{"stat": "count"}]}),
    ("time", {"kind": "last", "n": "6", "unit": "week"}, {"time": {"kind": "last", "n": 6, "unit": "week"}}),
    ("time", {"kind": "dates", "start": "2026-01-01", "end": "2026-01-31"},
     {"time": {"kind": "between", "start": "2026-01-01", "end": "2026-02-01"}}),
    ("time", {"kind": "all"}, {"time": {"kind": "all"}}),
    ("more", {"value": "group:sex"}, {"group_by": ["sex"]}),
    ("more", {"value": "grain:month"}, {"grain": "month"}),
    ("more", {"value": "compare:last_year"}, {"compare": [{"kind": "period", "source": "last_year"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("part", "given", "expected"), CHANGES)
def test_each_part_is_changed_by_its_form(
    part: str, given: dict[str, object], expected: dict[str, object], client: Client
) -> None:
    before = from_address(plan_in(ask(client, FIRST)[0]))
    found = client.get("/ask/change/", {"plan": to_address(before), "part": part, **given})
    after = plan(found["Location"])
    wanted = before.model_dump(mode="json") | Plan.model_validate_json(json.dumps(expected)).model_dump(
        mode="json", exclude_unset=True
    )
    assert after == Plan.model_validate_json(json.dumps(wanted))


@pytest.mark.parametrize(
    "given", [{"part": "filter-9"}, {"part": "x"}, {"part": "time", "kind": "last", "n": "many"}, {"part": "more"}]
)
def test_a_change_that_cannot_be_is_refused_in_words(given: dict[str, str], client: Client) -> None:
    address, _ = ask(client, FIRST)
    found = client.get("/ask/change/", {"plan": plan_in(address), **given})
    assert found.status_code == 400 and "That cannot be used" in found.content.decode()


@pytest.mark.parametrize("text", ["x", "e30e30=", "e30" * 4000, "eyJpbnRlbnQiOiJkcm9wIn0"])
def test_an_address_that_holds_no_plan_is_refused(text: str, client: Client) -> None:
    assert client.get("/ask/", {"plan": text}).status_code == 400


def test_a_question_is_saved_by_name_for_its_account_alone(client: Client, signed_in: Any) -> None:
    address, _ = ask(client, FIRST)
    for _ in range(2):
        client.post("/ask/save/", {"plan": plan_in(address), "name": " Chest  of the year "})
    assert [one.name for one in SavedQuestion.objects.all()] == ["Chest of the year"]
    assert "Chest of the year" in said(client.get("/ask/").content.decode())
    other, key = signed_in("viewer"), SavedQuestion.objects.get().pk
    assert "Chest of the year" not in said(other.get("/ask/").content.decode())
    assert other.post("/ask/forget/", {"question": key}).status_code == 404
    client.post("/ask/forget/", {"question": key})
    assert not SavedQuestion.objects.exists()
    assert AuditRow.objects.filter(action="removed a question").count() == 1


def test_what_is_said_to_be_wrong_is_sealed_and_read_by_administrators_of_all_its_sites(
    client: Client, signed_in: Any
) -> None:
    address, _ = ask(client, FIRST)
    client.post("/ask/wrong/", {"plan": plan_in(address), "q": FIRST, "remark": "Mrs Kanarienvogel had two"})
    held = bytes(AnswerRemark.objects.get().content)
    assert b"Kanarienvogel" not in held and b"chest" not in held
    assert not any("Kanarienvogel" in str(row.after) for row in AuditRow.objects.all())
    administrator = signed_in("administrator")
    assert "Remarks 1" in said(administrator.get("/ask/").content.decode())
    listed = said(administrator.get("/ask/remarks/").content.decode())
    assert "Mrs Kanarienvogel had two" in listed and "Read as: median DLP for CT Chest this year" in listed
    assert AuditRow.objects.get(action="read remarks on answers").after["rows"] == 1
    administrator.post(f"/ask/remarks/{AnswerRemark.objects.get().pk}/done/")
    assert "Looked after by administrator" in said(administrator.get("/ask/remarks/").content.decode())
    assert client.get("/ask/remarks/").status_code == 403


def test_a_conversation_is_sealed_in_its_session(client: Client) -> None:
    ask(client, "median DLP of Mrs Florbnik")
    assert "florbnik" not in str(client.session["ask"]).casefold()


def test_a_file_holds_the_answer_with_unrounded_values(client: Client) -> None:
    address, _ = ask(client, FIRST + " by scanner")
    lines = b"".join(client.get("/ask/answer.csv", {"plan": plan_in(address)})).decode().splitlines()  # type: ignore[arg-type]
    assert lines[0].lstrip("\ufeff") == "Scanner,Median DLP (mGy·cm),n of DLP" and len(lines) > 2


@pytest.mark.parametrize("account", [*(role.value for role in Role), "stranger"])
def test_who_may_ask_finds_the_box_on_today(account: str, department: Department, signed_in: Any) -> None:
    client = signed_in(account)
    text = client.get("/").content.decode()
    assert text.count('<form class="ask-form" method="get" action="/ask/" role="search">') == 1
    assert client.get("/ask/").status_code == 200


def test_who_may_not_ask_finds_no_box(department: Department, signed_in: Any) -> None:
    client = signed_in("nobody")
    assert "ask-form" not in client.get("/").content.decode()
    assert client.get("/ask/").status_code == 403


def test_a_page_draws_the_first_rows_of_a_long_table_and_its_file_has_all(
    signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_view, "MOST_ROWS", 2)
    client = signed_in("physicist")
    address, page = ask(client, "number of CT exams by day and scanner over all time")
    drawn, there = map(int, re.findall(r"<small>(\d+) of (\d+) rows</small>", page)[0])
    assert (drawn, there > 2) == (2, True)
    assert "By scanner and day, modality CT" in page or "By day and scanner, modality CT" in page
    lines = b"".join(client.get("/ask/answer.csv", {"plan": plan_in(address)})).decode().splitlines()  # type: ignore[arg-type]
    assert len(lines) >= there
