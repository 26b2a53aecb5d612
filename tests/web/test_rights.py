"""Roles x routes x own site and another site, generated from the resolver."""

import hashlib
import re
import zlib
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.utils import timezone
from starlette.testclient import TestClient

from doseloop.access.rights import RIGHTS, Right, Role
from doseloop.access.scope import SYSTEM
from doseloop.report.compliance_report import encoded
from doseloop.report.conceptus_entries import Entries
from doseloop.report.conceptus_report import conceptus_report
from doseloop.report.conceptus_report import encoded as conceptus_encoded
from doseloop.roles.web import application
from doseloop.store.models import (
    AnswerRemark,
    ArchivedReport,
    AuditRow,
    Case,
    CaseAction,
    CaseExam,
    CaseFile,
    ConceptusVersion,
    Decision,
    DoseObjectRow,
    Exam,
    Flag,
    NewUsualRow,
    RepairProposal,
    ReportMail,
    ReportSchedule,
    Scanner,
    SizeImport,
    Subscription,
    TubeCalibration,
    ValueRepairRow,
)
from doseloop.store.sealed import sealed
from doseloop.store.size_effect import Effect
from doseloop.web.rights import declared_right
from doseloop.web.urls import urlpatterns
from tests.report.compliance import FIRST, LAST
from tests.report.compliance import report as of_nothing
from tests.web.local_levels_made import local_level_at
from tests.web.mcp.told_to import told_to_program
from tests.web.record import Department

ROUTES = {pattern.name: pattern for pattern in urlpatterns}
LETS_IN = {200, 302, 400}
"""400: the right is held, and the empty form was refused."""


POSTED = {
    "exam-comment", "exam-exclude", "exam-include", "flag-set-aside", "flag-reopen", "flag-case", "today-peer",
    "names-preview", "names-accept", "names-undo", "people-preview", "people-accept", "people-undo", "person-judge",
    "people-switch", "scanner-name", "scanner-entry", "scanner-entry-change", "scanner-merge-preview", "scanner-merge",
    "scanner-undo", "patients-preview", "patients-accept", "patients-undo", "sizes-read", "sizes-accept", "sizes-undo",
    "plausibility-accept", "plausibility-decline", "plausibility-again", "plausibility-undo", "plausibility-judge",
    "plausibility-include", "compliance-explain", "compliance-undo", "compliance-review", "compliance-review-undo",
    "levels-rearrange", "levels-confirm", "levels-undo-choice", "levels-undo-confirmation", "levels-own-preview",
    "levels-own-add", "local-level-make", "local-levels-compare", "local-level-withdraw", "local-levels-undo",
    "scanner-drift-begin", "scanner-drift-undo", "flag-usual",
    "scanner-calibration-preview", "scanner-calibration-add", "scanner-calibration-undo",
    "reports-make", "reports-schedule", "reports-stop", "reports-start", "report-again", "report-sign", "report-mail",
    "conceptus-preview", "conceptus-save", "conceptus-sign", "flag-add", "case-follow", "case-judge", "case-comment",
    "case-exams", "case-files", "case-act", "case-undo", "case-end",
    "report-mail-again", "rule-packs-choose", "rule-packs-confirm", "rule-packs-undo", "rule-packs-unconfirm",
    "notification-add", "notification-change", "notification-pause", "notification-go-on", "notification-remove",
    "notification-again", "notification-test",
    "rule-try", "rule-stop", "rule-decide", "rule-undo", "ask-say", "ask-save", "ask-forget", "ask-wrong", "ask-remark-done",
    "tokens-add", "tokens-revoke",
    "ask-suggest", "ask-run",
}  # fmt: skip
"""Routes that take what a person sends, and show nothing."""


def posts(pattern: URLPattern) -> bool:
    return pattern.name in POSTED


def address(pattern: URLPattern, department: Department, *, own: bool) -> str:
    route = str(pattern.pattern)
    exam = department.exam if own else department.other_exam
    chosen = {
        "<int:scanner>": department.scanner if own else department.other_scanner,
        "<int:exam>": exam,
        "<int:object_id>": DoseObjectRow.objects.filter(exam_id=exam).values_list("pk", flat=True)[0],
        "<int:flag>": department.flag if own else flag_elsewhere(department),
        "<int:person>": department.person if own else department.other_person,
        "<int:site>": (department.site if own else department.other_site).pk,
        "<slug:procedure>": "ct-chest",
        "<slug:rule>": "high-dose",
        "<slug:method>": "ssde-aapm-220",
        "<slug:batch>": batch(department, route, own=own),
        "<slug:level_id>": LEVEL,
        "<slug:level_set>": "jp-jrime-2025",
        "<int:patient>": patient(department, own=own),
        "<int:draft>": draft(department, own=own),
        "<int:proposal>": proposal(department, own=own),
        "<int:level>": local_level(department, own=own),
        "<int:report>": report(department, own=own),
        "<int:schedule>": schedule(department, own=own),
        "<int:mail>": mail(department, own=own),
        "<int:subscription>": subscription(department, own=own),
        "<int:case>": case(department, own=own),
        "<int:file>": case_file(department, own=own),
        "<int:action>": case_action(department, own=own),
        "<int:remark>": remark(department, own=own),
        "<int:version>": conceptus_version(exam) if "<int:version>" in route else 0,
    }
    for part, value in chosen.items():
        route = route.replace(part, str(value))
    return f"/{route}"


def remark(department: Department, *, own: bool) -> int:
    """What somebody at a site said of an answer."""
    where = department.site if own else department.other_site
    given = {"author": "somebody", "written_at": timezone.now(), "content": b""}
    return AnswerRemark.objects.create(sites=[getattr(where, "pk", where)], **given).pk


def conceptus_version(exam: int) -> int:
    """The newest version of an exam's conceptus report."""
    newest = ConceptusVersion.objects.filter(exam_id=exam).order_by("-pk").values_list("pk", flat=True).first()
    if newest:
        return newest
    content = conceptus_encoded(conceptus_report(SYSTEM, exam, Entries()))
    given = {"made_at": timezone.now(), "made_by": "somebody", "version": "0", **sealed(content)}
    return ConceptusVersion.objects.create(exam_id=exam, **given).pk


def case(department: Department, *, own: bool) -> int:
    """A case at a site that an exam there is linked to."""
    where, exam = (department.site, department.exam) if own else (department.other_site, department.other_exam)
    told = {"title": "A case", "defaults": {"opened_at": timezone.now()}}
    made, _ = Case.objects.get_or_create(site_id=getattr(where, "pk", where), **told)
    CaseExam.objects.get_or_create(case=made, exam_id=exam)
    return made.pk


def case_file(department: Department, *, own: bool) -> int:
    """A file of that case, about its exam."""
    content = f"Exam {department.exam if own else department.other_exam}".encode()
    told = {"size": len(content), "added_at": timezone.now(), "added_by": "somebody", **sealed(content)}
    of = case(department, own=own)
    return CaseFile.objects.get_or_create(case_id=of, name="note.txt", defaults=told)[0].pk


def case_action(department: Department, *, own: bool) -> int:
    """An action of that case."""
    told = {"text": "x", "quantity": "dlp_mgy_cm", "at": "2026-01-01T10:00", "by": "x", "expected_percent": -20.0}
    told |= {"recorded_at": timezone.now(), "recorded_by": "somebody"}
    of = case(department, own=own)
    return CaseAction.objects.get_or_create(case_id=of, kind="something else", defaults=told)[0].pk


LEVEL = "uk-ukhsa-ndrl-2024-ct-ct-head-acute-stroke-dlp"
"""A level that the department's first scanner has exams for."""


def batch(department: Department, route: str, *, own: bool) -> str:
    """A change of the page's kind at a site: of a name, a person, a patient, a file of sizes, a repair, what is said of a level."""
    where = department.site if own else department.other_site
    site = getattr(where, "pk", where)
    subjects = {
        "patients": ("patient", str(Exam.objects.values_list("patient_id", flat=True)[0])),
        "people": ("person", str(department.person)),
        "sizes": ("sizes", f"import {draft(department, own=own)}"),
        "levels/local": ("local level", str(local_level(department, own=own))),
        "levels/sites/<int:site>/chosen": ("level choice", "chosen"),
        "levels/sites/<int:site>/confirmed": ("level confirmation", "jp-jrime-2025"),
    }
    scanner = department.scanner if own else department.other_scanner
    subjects |= {
        "compliance/said": ("level explanation", f"{scanner}/{LEVEL}"),
        "compliance/reviews": ("level review", str(scanner)),
        "rules/decisions": ("rule setting", "high-dose"),
        "notifiable/packs/choices": ("rule choice", "chosen"),
        "notifiable/packs/confirmations": ("rule confirmation", "us-ncrp-168"),
    }
    kind, subject = next((found for page, found in subjects.items() if route.startswith(page)), ("name", "CT/x"))
    given = {"kind": kind, "subject": subject, "written": "x", "actor": "somebody", "at": timezone.now()}
    if route.startswith("scanners"):
        given |= {"kind": "calibration", "subject": calibration(scanner), "after": "in force"}
    if "/drift/" in route:
        given |= {"kind": "new usual", "subject": new_usual(scanner), "after": "in force"}
    if route.startswith("plausibility"):
        given |= {"kind": "repair", "subject": repair(department, own=own), "after": "in force"}
    key = f"{'own' if own else 'other'}{Decision.objects.count()}"
    Decision.objects.create(batch=key, site_id=site, **given)
    return key


def calibration(scanner: int) -> str:
    """A factor of a scanner, in force."""
    told = {"quantity": "dap_gy_cm2", "plane": "single", "factor": 0.9, "since": "2026-01-01", "in_force": True}
    told |= {"measured_by": "x", "reference": "x", "author": "x", "made_at": timezone.now()}
    site = Scanner.objects.get(pk=scanner).site_id
    number = TubeCalibration.objects.count() + 1
    return f"K{TubeCalibration.objects.create(scanner_id=scanner, site_id=site, number=number, **told).number:04}"


def new_usual(scanner: int) -> str:
    """What a scanner's dose is taken for usual from, in force."""
    told = {"since": "2026-01-01", "reason": "x", "author": "x", "made_at": timezone.now(), "in_force": True}
    site, number = Scanner.objects.get(pk=scanner).site_id, NewUsualRow.objects.count() + 1
    return f"U{NewUsualRow.objects.create(scanner_id=scanner, site_id=site, number=number, **told).number:04}"


def local_level(department: Department, *, own: bool) -> int:
    """A local level at a site."""
    where, exam = (department.site, department.exam) if own else (department.other_site, department.other_exam)
    return local_level_at(getattr(where, "pk", where), exam)


def repair(department: Department, *, own: bool) -> str:
    """A repair in force at a site."""
    where = department.site if own else department.other_site
    number = ValueRepairRow.objects.count() + 1
    ValueRepairRow.objects.create(
        number=number, site_id=getattr(where, "pk", where), quantity="dlp_mgy_cm", source="report", power=-2,
        author="somebody", made_at=timezone.now(), in_force=True,
        scanner_id=department.scanner if own else department.other_scanner,
    )  # fmt: skip
    return f"R{number:04}"


def draft(department: Department, *, own: bool) -> int:
    """A file of sizes that was read at a site."""
    where = department.site if own else department.other_site
    nothing = Effect(0, 0, 0, 0, 0, 0, 0, (), 0, 0)
    found = {"lines": 0, "left_out": [], "effect": nothing.as_json()}
    site = getattr(where, "pk", where)
    return SizeImport.objects.create(site_id=site, at=timezone.now(), actor="somebody", found=found).pk


def report(department: Department, *, own: bool) -> int:
    """An archived report of nothing, for signature, at a site."""
    where = department.site if own else department.other_site
    site = getattr(where, "pk", where)
    content = encoded(of_nothing(site=site))
    given = {
        "title": "Compliance", "made_at": timezone.now(), "made_by": "somebody", "version": "0", "first_day": FIRST,
        "last_day": LAST, "data_state": 0, "counts": {}, "content": zlib.compress(content),
        "sha256": hashlib.sha256(content).hexdigest(), "figures_sha256": "0" * 64,
    }  # fmt: skip
    return ArchivedReport.objects.create(site_id=site, for_signature=True, **given).pk


def schedule(department: Department, *, own: bool) -> int:
    """A schedule of reports at a site."""
    where = department.site if own else department.other_site
    given = {"every": "month", "day": 5, "months": 1, "for_signature": True, "recipients": [], "last_due": FIRST}
    site = getattr(where, "pk", where)
    return ReportSchedule.objects.create(site_id=site, made_at=timezone.now(), made_by="somebody", **given).pk


def mail(department: Department, *, own: bool) -> int:
    """A mail of a report that failed, at a site."""
    of, now = report(department, own=own), timezone.now()
    return ReportMail.objects.create(report_id=of, recipient="a@b.example", state="failed", at=now).pk


def subscription(department: Department, *, own: bool) -> int:
    """Somebody who is told of a site's flags."""
    where = department.site if own else department.other_site
    given = {
        "shown": "a@b.example",
        "address": b"",
        "least": "high",
        "how": "at once",
        "digest_at": "07:00",
        "wait_h": 4,
    }
    told = {"defaults": {"made_at": timezone.now(), "made_by": "somebody", **given}}
    return Subscription.objects.get_or_create(site_id=getattr(where, "pk", where), name="Physics", **told)[0].pk


def patient(department: Department, *, own: bool) -> int:
    """A patient with exams at one of both sites alone."""
    sites = [getattr(one, "pk", one) for one in (department.site, department.other_site)]
    here, there = sites if own else reversed(sites)
    elsewhere = Exam.objects.filter(site=there).values("patient")
    return Exam.objects.filter(site=here).exclude(patient__in=elsewhere).values_list("patient_id", flat=True)[0]


def proposal(department: Department, *, own: bool) -> int:
    """A proposal of a repair at a site."""
    scanner = department.scanner if own else department.other_scanner
    site = department.site.pk if own else department.other_site.pk
    exam = department.exam if own else department.other_exam
    evidence = {
        "examples": [{"exam": exam, "day": "2026-01-01", "event": 1, "ratio": 100.0}], "witnesses": [],
        "points": [["2026-01-01", 100.0]], "relation": "a total over its sum", "median_ratio": 100.0, "ratio_from": 90.0,
        "ratio_to": 110.0, "checks": 10, "software": "",
    }  # fmt: skip
    given = {
        "power": -2, "since": "2026-01-01", "exams": 10, "evidence": evidence, "found_at": timezone.now(),
        "updated_at": timezone.now(), "site_id": site, "state": "proposed",
    }  # fmt: skip
    what = {"scanner_id": scanner, "quantity": "dlp_mgy_cm", "source": "report", "of_total": False}
    return RepairProposal.objects.update_or_create(**what, defaults=given)[0].pk


def flag_elsewhere(department: Department) -> int:
    now = timezone.now()
    made = {"raised_at": now, "updated_at": now, "site": department.other_site, "exam_id": department.other_exam}
    return Flag.objects.get_or_create(key="elsewhere", defaults=made)[0].pk


def asked(client: Client, pattern: URLPattern, department: Department, *, own: bool) -> Any:
    call = client.post if posts(pattern) else client.get
    return call(address(pattern, department, own=own), headers={"host": "localhost"})


def test_every_route_declares_a_right() -> None:
    assert [name for name, pattern in ROUTES.items() if declared_right(pattern.callback) is None] == []


def test_only_the_log_in_and_the_health_check_are_public() -> None:
    public = {name for name, pattern in ROUTES.items() if declared_right(pattern.callback) is Right.PUBLIC}
    assert public == {"account_login", "account_logout", "health"}


def test_sign_up_and_other_pages_of_the_account_library_do_not_exist(department: Department) -> None:
    for path in (
        "signup",
        "email",
        "reauthenticate",
        "password/reset",
        "password/set",
        "confirm-email",
        "inactive",
        "3rdparty",
    ):
        assert Client(headers={"host": "localhost"}).get(f"/accounts/{path}/").status_code == 404


@pytest.mark.once  # refused before the record is asked
@pytest.mark.parametrize("name", ROUTES)
def test_who_is_not_signed_in_is_sent_to_the_log_in(name: str, department: Department) -> None:
    found = asked(Client(), ROUTES[name], department, own=True)
    if declared_right(ROUTES[name].callback) is Right.PUBLIC:
        assert found.status_code in {200, 302}
    else:
        assert (found.status_code, found["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.once  # refused before the record is asked
@pytest.mark.parametrize("name", ROUTES)
def test_an_account_without_a_role_sees_nothing(name: str, department: Department, signed_in: Any) -> None:
    right = declared_right(ROUTES[name].callback)
    status = asked(signed_in("nobody"), ROUTES[name], department, own=True).status_code
    assert status in LETS_IN if right in {Right.PUBLIC, Right.SIGNED_IN} else status == 403


@pytest.mark.parametrize("name", ROUTES)
def test_a_role_opens_what_its_rights_say_and_nothing_of_another_site(
    name: str, department: Department, signed_in: Any
) -> None:
    wrong = {role: answered(ROUTES[name], role, department, signed_in(role.value)) for role in Role}
    assert {role: found for role, found in wrong.items() if found} == {}


def answered(pattern: URLPattern, role: Role, department: Department, client: Client) -> list[int]:
    """What a role was answered that it should not be."""
    is_held = declared_right(pattern.callback) in RIGHTS[role]
    own = asked(client, pattern, department, own=True).status_code
    if pattern.name == "account_logout":
        return [own] if own != 200 else []
    wrong = [own] if not (own in LETS_IN if is_held else own == 403) else []
    if "<int:" in str(pattern.pattern):
        other = asked(client, pattern, department, own=False).status_code
        wrong += [other] if other != (404 if is_held else 403) else []
    return wrong


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
FORMS = {"account_login", "account_logout", "account_change_password"}
"""Pages of the account library: each shows a form and takes it; OPTIONS names its methods."""


def may_answer(pattern: URLPattern, method: str, role: Role | None, *, own: bool) -> bool:
    """Whether an answer of success is right. Nothing but this lets anybody in."""
    right = declared_right(pattern.callback)
    if pattern.name in FORMS:
        known = right is Right.PUBLIC or role is not None
        return known and method in {
            "GET",
            "HEAD",
            "POST",
            "OPTIONS",
            *(["PUT"] if pattern.name != "account_logout" else []),
        }
    held = right is Right.PUBLIC or (role is not None and right in RIGHTS[role])
    of_one = "<int:" in str(pattern.pattern)
    return held and (own or not of_one) and method in ({"POST"} if posts(pattern) else {"GET", "HEAD"})


@pytest.mark.timeout(900)  # every method of every route, on a machine that may be busy
@pytest.mark.once  # the routes' queries run on both databases by the tests above
@pytest.mark.parametrize("role", [None, *Role])
def test_no_method_of_any_route_lets_in_whom_it_should_not(
    role: Role | None, department: Department, signed_in: Any
) -> None:
    wrong = []
    client = signed_in(role.value) if role else Client(headers={"host": "localhost"})
    for name, pattern in sorted(ROUTES.items(), key=lambda route: route[0] == "account_logout"):
        for own in (True, False):
            path = address(pattern, department, own=own)
            for method in METHODS:
                if may_answer(pattern, method, role, own=own):
                    continue  # that these open is held above
                found = client.generic(method, path)
                if found.status_code < 300 or (found.status_code == 400 and posts(pattern)):
                    wrong.append((name, method, own, found.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", Role)
def test_nothing_of_another_site_is_changed_or_noted(role: Role, department: Department, signed_in: Any) -> None:
    client = signed_in(role.value)
    before = AuditRow.objects.count()
    for pattern in ROUTES.values():
        if "<int:" in str(pattern.pattern):
            given = {"text": "x", "excluded_as": "test", "reason": "clinically justified"}
            path = address(pattern, department, own=False)
            assert (client.post(path, given) if posts(pattern) else client.get(path)).status_code in (403, 404)
    assert AuditRow.objects.count() == before


def test_an_exam_of_another_site_looks_like_one_that_does_not_exist(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    elsewhere = client.get(f"/exams/{department.other_exam}/")
    nowhere = client.get("/exams/999999/")
    assert (elsewhere.status_code, nowhere.status_code) == (404, 404)
    token = rb'name="csrfmiddlewaretoken" value="[^"]+"'
    assert re.sub(token, b"", elsewhere.content) == re.sub(token, b"", nowhere.content)


def test_a_page_reads_the_roles_of_its_account_once(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    with CaptureQueriesContext(connection) as asked_of_record:
        assert client.get("/methods/").status_code == 200
    assert sum("store_roleatsite" in query["sql"] for query in asked_of_record) == 1


def test_a_viewer_sees_no_identity_anywhere(department: Department, signed_in: Any) -> None:
    client = signed_in("viewer")
    for pattern in ROUTES.values():
        if not posts(pattern):
            found = asked(client, pattern, department, own=True)
            content = b"".join(found)
            assert b"MRN20" not in content
            assert b"Niamh" not in content


def test_the_stranger_sees_only_the_other_site(department: Department, signed_in: Any) -> None:
    text = signed_in("stranger").get("/exams/").content.decode()
    assert "Harbour CT" in text
    assert "CT 1 Emergency" not in text


@pytest.mark.parametrize("account", [*(role.value for role in Role), "stranger", "nobody"])
def test_a_program_is_told_by_a_token_what_the_roles_of_its_account_let_it_see(
    account: str, department: Department, signed_in: Any
) -> None:
    here = set(Scanner.objects.filter(site=department.site).values_list("name", flat=True))
    seen = {"stranger": {"Harbour CT"}, "nobody": None}.get(account, here)
    found = told_to_program(account, "get_dimension_values", dimension="scanner")
    people = told_to_program(account, "get_dimension_values", dimension="operator")
    assert (set(found["values"]) if found else None) == seen
    of_people = Right.PEOPLE in RIGHTS[Role(account)] if account in set(Role) else account == "stranger"
    assert bool(people and people["values"]) <= of_people


@pytest.mark.once  # a method of a route
@pytest.mark.parametrize("method", METHODS)
def test_no_method_lets_a_program_in_without_a_token_and_no_session_stands_for_one(
    method: str, department: Department, signed_in: Any
) -> None:
    cookies = {name: one.value for name, one in signed_in("physicist").cookies.items()}
    with TestClient(application(settings.DOSELOOP, threads=1), base_url="http://localhost", cookies=cookies) as client:
        assert client.request(method, "/mcp").status_code == (401 if method == "POST" else 405)
