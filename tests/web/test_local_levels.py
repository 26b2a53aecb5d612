"""Pages of local levels: setting one from its preview, what the audit notes, and what nobody else may."""

import csv
import io
import re
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from openpyxl import load_workbook

from doseloop.access.scope import SYSTEM
from doseloop.store.changes import note_change
from doseloop.store.level_choice import chosen
from doseloop.store.local_levels import local_level, local_levels, values_of
from doseloop.store.models import AuditRow, Exam, FrozenLevel, Part
from tests.web.record import Department

ASKED = {"procedure": "ct-head", "phantom": "16"}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The department is small: three patients make a room enough."""
    monkeypatch.setattr(settings, "DOSELOOP", settings.DOSELOOP.model_copy(update={"level_patients": 3}))


def hidden(content: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', content)
    assert found is not None
    return found[1]


def preview(client: Any, **asked: str) -> tuple[str, dict[str, str]]:
    """The text of the preview, and the fields that its form sends."""
    content = client.get("/levels/local/set/", {**ASKED, **asked}).content.decode()
    form = content[content.index("local/set/make") :] if "local/set/make" in content else ""
    fields = dict(re.findall(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)"', form))
    return " ".join(re.sub(r"<[^>]+>", " ", content).split()), fields


def put(client: Any, name: str = "Heads", **changed: str) -> Any:
    _, fields = preview(client)
    review = timezone.now().date().replace(year=timezone.now().year + 1).isoformat()
    return client.post("/levels/local/set/make", {**fields, "name": name, "note": "", "review_on": review, **changed})


def test_the_preview_shows_the_rooms_and_national_levels_and_sets_nothing(
    department: Department, signed_in: Any
) -> None:
    text, fields = preview(signed_in("physicist"))
    assert "CT 1 Emergency" in text and "typical value by ICRP Publication 135" in text
    assert "UKHSA 2022 (GB)" in text and re.search(r"\d+ % (above|below) it", text)
    assert fields["group"] == "adult:-m:-kg:-mm" and len(fields["seen"]) == 64
    assert not FrozenLevel.objects.exists()


def test_a_level_is_set_from_its_preview_under_the_name_of_who_is_signed_in(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    found = put(client)
    (one,) = local_levels(SYSTEM)
    assert (found.status_code, found["Location"]) == (302, f"/levels/local/{one.key}/")
    assert (one.intact.author, one.intact.name, one.intact.of.phantom_cm) == ("physicist", "Heads", 16)
    text = client.get("/levels/local/").content.decode()
    assert "Heads" in text and "In force" in text
    assert "It would replace" in preview(client)[0]


def test_the_set_of_local_levels_has_a_page_and_is_compared_with_first_where_somebody_says_so(
    department: Department, signed_in: Any
) -> None:
    client, site = signed_in("physicist"), department.site.pk
    assert client.get(f"/levels/local-{site}/").status_code == 404
    put(client, "Heads of the year")
    assert "Heads of the year" in client.get(f"/levels/local-{site}/").content.decode()
    assert signed_in("stranger").get(f"/levels/local-{site}/").status_code == 404
    assert "does not compare with its local levels yet" in client.get("/levels/local/").content.decode()
    assert client.post(f"/levels/local/at/{site}/compare").status_code == 302
    assert chosen(SYSTEM, site)[0].id == f"local-{site}"
    assert "does not compare with its local levels yet" not in client.get("/levels/local/").content.decode()
    assert "Heads of the year" in client.get("/procedures/ct-head/").content.decode()


def test_where_an_exam_changed_since_the_preview_is_shown_anew_and_nothing_is_set(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    _, fields = preview(client)
    part = Part.objects.filter(procedure="ct-head", exam__site=department.site, eligible=True, exam__settled=True)[0]
    Part.objects.filter(pk=part.pk).update(dlp_mgy_cm=9000.0)
    note_change([part.exam_id])
    found = client.post("/levels/local/set/make", {**fields, "name": "Kept name", "review_on": "2027-01-01"})
    assert found.status_code == 400 and not FrozenLevel.objects.exists()
    text = found.content.decode()
    assert "changed since you looked at it" in text and 'value="Kept name"' in text
    assert hidden(text, "seen") != fields["seen"]


def test_a_name_that_cannot_be_kept_is_told_and_what_was_typed_stays(department: Department, signed_in: Any) -> None:
    found = put(signed_in("physicist"), name="x", note="what I know")
    assert found.status_code == 400 and not FrozenLevel.objects.exists()
    assert "A local level needs a name of 3 to 100 characters" in found.content.decode()
    assert "what I know" in found.content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"quantity": "dap_gy_cm2"}, "cannot be of"),
        ({"phantom": "17"}, "Choose the CTDI phantom"),
        ({"per": "view"}, "of an examination or of an acquisition"),
        ({"group": "adult:x"}, "Choose a group"),
        ({"group": "own", "age_from": "-1"}, "An age is a number"),
        ({"group": "own", "age_from": "nan"}, "An age is a number"),
        ({"group": "own", "category": "child", "age_from": "5", "age_below": "5"}, "The group holds nobody"),
        ({"group": "own", "category": "phantom"}, "of adults or of children"),
        ({"age_from": "5"}, "or empty the fields"),
        ({"since": "2026-13-01"}, "is no day"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "ends before it begins"),
        ({"since": "1991-01-01", "until": "2026-01-01"}, "longer than ten years"),
        ({"group": "<script>alert(1)</script>"}, "Choose a group"),
    ],
)
def test_what_cannot_be_asked_for_is_told_beside_the_form(
    department: Department, signed_in: Any, asked: dict[str, str], told: str
) -> None:
    found = signed_in("physicist").get("/levels/local/set/", {**ASKED, **asked})
    text = found.content.decode()
    assert found.status_code == 400 and told in text and "<script>alert" not in text
    assert "local/set/make" not in text


def test_an_unknown_procedure_or_site_is_refused(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    assert client.get("/levels/local/set/", {"procedure": "ct-hed"}).status_code == 400
    assert client.get("/levels/local/set/", {**ASKED, "site": str(department.other_site.pk)}).status_code == 404


def test_the_values_are_shown_with_identity_as_in_other_lists_and_noted(department: Department, signed_in: Any) -> None:
    put(signed_in("physicist"))
    (one,) = local_levels(SYSTEM)
    patients = set(Exam.objects.filter(pk__in=values_of(SYSTEM, one.key).exam).values_list("patient_id", flat=True))
    last = AuditRow.objects.latest("pk").pk
    rows = list(
        csv.DictReader(
            io.StringIO(b"".join(signed_in("physicist").get(f"/levels/local/{one.key}/values.csv")).decode("utf-8-sig"))
        )
    )
    assert len(rows) == len(values_of(SYSTEM, one.key)) and rows[0]["Patient"]
    noted = AuditRow.objects.filter(pk__gt=last, action="exported")
    assert set(noted.values_list("patient_key", flat=True)) == patients
    assert all(noted.values_list("identified", flat=True))
    page = signed_in("viewer").get(f"/levels/local/{one.key}/").content.decode()
    assert "MRN20" not in page and '<th scope="col">Patient</th>' not in page
    assert AuditRow.objects.filter(pk__gt=last, action="saw", actor="viewer", identified=False).exists()
    book = load_workbook(io.BytesIO(b"".join(signed_in("physicist").get(f"/levels/local/{one.key}/values.xlsx"))))
    assert book.active.max_row >= len(rows)


def test_an_exam_that_is_gone_is_not_named_and_its_value_stays(department: Department, signed_in: Any) -> None:
    put(signed_in("physicist"))
    (one,) = local_levels(SYSTEM)
    gone = values_of(SYSTEM, one.key).exam[0]
    Exam.objects.filter(pk=gone).update(site=department.other_site)
    text = signed_in("physicist").get(f"/levels/local/{one.key}/").content.decode()
    assert "not in the record any more, or counted in another" in text
    assert f"/exams/{gone}/" not in text and f"exam {gone}<" not in text


def test_a_level_is_withdrawn_and_given_back(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    put(client)
    (one,) = local_levels(SYSTEM)
    assert client.post(f"/levels/local/{one.key}/withdraw", {"why": ""}).status_code == 400
    client.post(f"/levels/local/{one.key}/withdraw", {"why": "Tube <b>changed</b>"})
    text = client.get(f"/levels/local/{one.key}/").content.decode()
    assert "Tube &lt;b&gt;changed" in text and "Replace it" not in text
    batch = re.search(r"/levels/local/([0-9a-f]{32})/undo", text)
    assert batch is not None
    assert client.post(f"/levels/local/{batch[1]}/undo").status_code == 302
    assert local_level(SYSTEM, one.key).state == "in force"


def test_a_level_that_was_changed_stands_in_the_list_and_its_page_says_so(
    department: Department, signed_in: Any
) -> None:
    client = signed_in("physicist")
    put(client)
    row = FrozenLevel.objects.get()
    FrozenLevel.objects.update(statement=row.statement.replace('"Heads"', '"Hands"'))
    assert "Changed since" in client.get("/levels/local/").content.decode()
    client.raise_request_exception = False
    found = client.get(f"/levels/local/{row.pk}/")
    assert found.status_code == 500 and "is not what it was when it was set" in found.content.decode()
    assert client.get("/procedures/ct-head/").status_code == 200


def test_who_may_only_look_is_offered_nothing_else(department: Department, signed_in: Any) -> None:
    put(signed_in("physicist"))
    key = FrozenLevel.objects.get().pk
    viewer = signed_in("viewer")
    assert "Set a local level" not in viewer.get("/levels/local/").content.decode()
    assert "Withdraw" not in viewer.get(f"/levels/local/{key}/").content.decode()
    assert "Set a local level" not in viewer.get("/procedures/ct-head/").content.decode()
    assert "Set a local level" in signed_in("physicist").get("/procedures/ct-head/").content.decode()


def test_the_list_as_a_file_has_everything_but_the_values(department: Department, signed_in: Any) -> None:
    put(signed_in("physicist"))
    text = b"".join(signed_in("physicist").get("/levels/local.csv")).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["Name"], row["State"], row["Set by"]) == ("Heads", "in force", "physicist")
    assert row["SHA-256"] == FrozenLevel.objects.get().sha256
