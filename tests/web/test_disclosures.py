"""Every page, part, file and command with known patients, for every role: whom it shows is whom the audit names."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connections
from django.utils import timezone
from typer import Typer

from doseloop.access.rights import RIGHTS, Role
from doseloop.access.scope import SYSTEM
from doseloop.ask.plan import plan_of
from doseloop.ask.plan_address import to_address
from doseloop.cli import app
from doseloop.store import flags
from doseloop.store.audit import Actor, Seen
from doseloop.store.models import AuditRow, Exam, Flag, SuspectedTest
from doseloop.web.rights import declared_right
from tests.web.disclosures import Known, noted, plant, shows_identity, text_of
from tests.web.mcp.told_to import told_to_program
from tests.web.record import Department
from tests.web.test_rights import ROUTES, address, flag_elsewhere
from tests.web.tried_rules import give_tried

ABOUT_PATIENTS = {
    "today", "today-live", "exams", "exams-csv", "exams-xlsx", "exam", "exam-events-csv", "exam-events-xlsx",
    "exam-parts-csv", "exam-parts-xlsx", "exam-computed-csv", "exam-computed-xlsx", "exam-provenance",
    "conceptus", "conceptus-version", "conceptus-pdf",
    "exam-provenance-csv", "exam-provenance-xlsx", "object-tree", "flags", "flags-csv", "flags-xlsx", "flag",
    "patient", "patient-exams-csv", "patient-exams-xlsx",
    "plausibility-tests-csv", "plausibility-tests-xlsx", "plausibility-apart-csv", "plausibility-apart-xlsx", "plausibility",
    "plausibility-proposal", "compliance-cell", "compliance-cell-csv", "compliance-cell-xlsx",
    "local-level", "local-level-values-csv", "local-level-values-xlsx",
    "ask", "ask-answer-csv", "ask-answer-xlsx",
    "notifiable", "notifiable-csv", "notifiable-xlsx", "case", "case-file", "rule",
}  # fmt: skip
"""Routes that show rows about patients."""
OF_GROUPS = {
    "today-hours-csv", "today-hours-xlsx", "procedures", "procedures-csv", "procedures-xlsx", "procedure",
    "procedure-groups-csv", "procedure-groups-xlsx", "procedure-trend-csv", "procedure-trend-xlsx",
    "procedure-levels-csv", "procedure-levels-xlsx", "procedure-noise-csv", "procedure-noise-xlsx",
    "scanners", "scanners-csv", "scanners-xlsx", "scanner-reports",
    "scanner-report", "scanner-report-scores-csv", "scanner-report-scores-xlsx", "scanner-report-defects-csv",
    "scanner-report-defects-xlsx", "names", "names-csv", "names-xlsx", "quality", "quality-csv", "quality-xlsx",
    "quality-trend-csv", "quality-trend-xlsx", "health",
    "people", "people-csv", "people-xlsx", "people-shared-csv", "people-shared-xlsx", "person", "person-figures-csv",
    "person-figures-xlsx", "people-sites", "own-figures", "differences", "differences-csv", "differences-xlsx",
    "scanner", "scanner-timeline-csv", "scanner-timeline-xlsx", "scanner-hours-csv", "scanner-hours-xlsx",
    "scanner-drift", "scanner-drift-csv", "scanner-drift-xlsx",
    "scanner-calibration", "scanner-calibration-csv", "scanner-calibration-xlsx",
    "plausibility-csv", "plausibility-xlsx", "plausibility-rules-csv", "plausibility-rules-xlsx",
    "compliance", "compliance-csv", "compliance-xlsx",
    "levels", "levels-csv", "levels-xlsx", "level-set", "level-set-csv", "level-set-xlsx", "levels-own", "levels-own-lines",
    "levels-own-template",
    "local-levels", "local-levels-csv", "local-levels-xlsx", "local-level-set",
    "reports", "report", "report-today", "report-today-csv", "report-today-xlsx", "report-pdf", "report-xlsx",
    "report-submission-csv", "report-submission-xlsx",
    "scanner-protocol-changes-csv", "scanner-protocol-changes-xlsx", "scanner-protocol-copies-csv",
    "scanner-protocol-copies-xlsx",
    "notifications", "tokens",
    "rules", "rules-csv", "rules-xlsx",
    "rule-packs", "rule-packs-csv", "rule-packs-xlsx", "methods", "methods-csv", "methods-xlsx", "method",
    "cases", "cases-csv", "cases-xlsx", "ask-change", "ask-remarks",
    "account_login", "account_logout", "account_change_password",
}  # fmt: skip
"""Routes that show nobody: figures of groups, equipment, accounts."""
THE_AUDIT = {"audit", "audit-csv", "audit-xlsx"}
"""Noted as one row that tells what was shown: rows of the audit are never changed, so it can be looked up for ever."""
CHANGES: dict[str, tuple[dict[str, str], str]] = {
    "exam-comment": ({"text": "Looked at."}, "commented"),
    "exam-exclude": ({"excluded_as": "test", "reason": "Test run"}, "excluded"),
    "exam-include": ({}, "included again"),
    "flag-set-aside": ({"reason": "clinically justified", "note": "Trauma"}, "set aside"),
    "flag-reopen": ({}, "reopened"),
    "flag-case": ({}, "made a case"),
    "plausibility-include": ({}, "included again"),
}
"""Routes that change something: what is sent, and the action that the audit names."""
OF_PEERS = {"today-peer"}
"""Changes that touch no patient; `tests/store/test_peers.py` holds their rows of the audit."""
OF_PATIENTS = {
    "patients", "patients-preview", "patients-accept", "patients-undo", "sizes", "sizes-read", "sizes-draft", "sizes-accept",
    "sizes-undo",
}  # fmt: skip
"""Merging and sizes: `tests/web/test_patients.py` holds whom they show, and what the audit says of it."""
OF_CONCEPTUS = {"conceptus-preview", "conceptus-save", "conceptus-sign"}
"""Reports of a conceptus dose; `tests/web/test_conceptus.py` and `tests/store/test_conceptus_reports.py` hold their rows of the
audit."""
OF_NAMES = {"names-preview", "names-accept", "names-undo"}
"""Changes of what names mean: they touch no patient's row; `tests/test_name_mapping.py` holds their rows of the audit."""
OF_PEOPLE = {"people-preview", "people-accept", "people-undo", "person-judge", "people-switch"}
"""Changes of whom names of staff mean, and whether a site shows them; `tests/web/test_people.py` holds their rows of the audit."""
OF_SCANNERS = {
    "scanner-name", "scanner-entry", "scanner-entry-change", "scanner-merge-preview", "scanner-merge", "scanner-undo",
}  # fmt: skip
"""Changes of what is known of equipment: they touch no patient's row; `tests/web/test_scanner.py` holds their rows of the audit."""
OF_REPAIRS = {"plausibility-accept", "plausibility-decline", "plausibility-again", "plausibility-undo"}
"""Changes of what values of a scanner count as: they touch no patient's row; `tests/test_value_repairs.py` and
`tests/store/test_repair_proposals.py` hold their rows of the audit."""
OF_CALIBRATIONS = {"scanner-calibration-preview", "scanner-calibration-add", "scanner-calibration-undo"}
"""Factors of what a scanner displays: they touch no patient's row; `tests/test_calibrations.py` holds their rows of the audit."""
OF_DRIFT = {"scanner-drift-begin", "scanner-drift-undo", "flag-usual"}
"""What a scanner's dose is usual from: it touches no patient's row; `tests/web/test_drift.py` holds its rows of the audit."""
OF_COMPLIANCE = {"compliance-explain", "compliance-undo", "compliance-review", "compliance-review-undo"}
"""What people say of groups: it touches no patient's row; `tests/web/test_compliance.py` holds its rows of the audit."""
OF_LEVELS = {
    "levels-rearrange", "levels-confirm", "levels-undo-choice", "levels-undo-confirmation", "levels-own-preview",
    "levels-own-add",
}  # fmt: skip
"""Changes of what a site compares with: they touch no patient; `tests/web/test_levels.py` and `test_own_levels.py` hold their
rows of the audit."""
OF_RULES = {
    "rule-packs-choose", "rule-packs-confirm", "rule-packs-undo", "rule-packs-unconfirm", "rule-try", "rule-stop", "rule-decide",
    "rule-undo",
}  # fmt: skip
"""Changes of the rules and rule packs that a site goes by: they touch no patient's row; `tests/store/test_rule_packs.py`,
`tests/store/test_rule_changes.py` and `tests/roles/test_replay_tasks.py` hold their rows of the audit."""
OF_CASES = {
    "flag-add", "case-follow", "case-judge", "case-comment", "case-exams", "case-files", "case-act", "case-undo", "case-end",
}  # fmt: skip
"""Steps of cases; `tests/store/test_cases.py` and `test_case_actions.py` hold their rows of the audit."""
OF_NOTIFICATIONS = {
    "notification-add", "notification-change", "notification-pause", "notification-go-on", "notification-remove",
    "notification-again", "notification-test",
}  # fmt: skip
"""Who is told of flags: it touches no patient's row; `tests/web/test_notifications.py` holds its rows of the audit, and that
messages name nobody."""
OF_TESTS = {"plausibility-judge"}
"""Exams that people set apart, each with its own row; `tests/store/test_suspected_tests.py` holds them."""
OF_ASKING = {"ask-say", "ask-save", "ask-forget", "ask-wrong", "ask-remark-done", "ask-suggest", "ask-run"}
"""Turns of a conversation, and what people keep of it; `tests/web/test_ask.py` and `test_ask_suggested.py` hold their audit."""
OF_TOKENS = {"tokens-add", "tokens-revoke"}
"""Tokens for programs: they touch no patient's row; `tests/web/test_tokens.py` holds their rows of the audit."""
OF_LOCAL_LEVELS = {"local-level-make", "local-levels-compare", "local-level-withdraw", "local-levels-undo"}
"""Local levels are set and withdrawn: they touch no patient's row; `tests/store/test_local_levels.py` holds the audit's rows."""
OF_REPORTS = {
    "reports-make", "reports-schedule", "reports-stop", "reports-start", "report-again", "report-sign", "report-mail",
    "report-mail-again",
}  # fmt: skip
"""Reports of groups, made, signed and sent: they touch no patient; `tests/web/test_reports.py` holds their rows of the audit."""
SHOWING_COMMANDS = {"exams", "flags"}
OTHER_COMMANDS = {
    "serve", "demo", "simulate", "ingest", "read", "retry", "ask", "site", "account add", "account grant", "account person",
    "audit verify", "audit head",
    "audit export", "cases", "glandular", "token add", "token list", "token revoke", "backup", "restore", "doctor", "recompute",
    "reprocess", "mcp",
    "key rotate", "key forget", "codes", "levels list", "levels import", "levels choose", "levels confirm", "sizes", "merge", "drl",
    "levels local list", "levels local set", "levels local withdraw",
    "report compliance",
    "notify list", "notify test", "notify outbox",
    "rules list", "rules import", "rules choose", "rules confirm", "rules show", "rules replay", "rules set",
}  # fmt: skip
"""Commands that show no patient of the record. `read` shows a file that whoever calls it has anyway; `reprocess` shows keys of
exams and what would change of their fields, never who the patient is. `ask` notes the exams that it lists:
`tests/ask/test_live_department.py` holds that."""


_CT = {"field": "modality", "op": "in", "value": ["CT"]}
_LIST: dict[str, Any] = {"intent": "list", "filters": [_CT], "time": {"kind": "all"}}
_COUNT: dict[str, Any] = {"metrics": [{"stat": "count"}], "group_by": ["scanner"], "filters": [_CT]}
TOLD: list[tuple[str, dict[str, Any]]] = [
    ("list_metrics", {}), ("list_dimensions", {}),
    *(("get_dimension_values", {"dimension": one}) for one in ("scanner", "site", "procedure", "operator", "physician")),
    ("validate_plan", {"plan": _LIST}), ("query_doses", {"plan": _COUNT}), ("query_doses", {"plan": _LIST}),
    ("ask", {"text": "how many CT exams by scanner of all time"}), ("ask", {"text": "list CT exams of all time"}),
]  # fmt: skip
"""What a program asks for, single exams among it. Names of protocols are left out: here each is planted as one exam's."""
LISTED = to_address(plan_of(_LIST))
COUNTED = to_address(plan_of(_COUNT))


@pytest.fixture
def known(department: Department) -> Known:
    flag_elsewhere(department)
    for exam in (department.exam, department.other_exam):
        SuspectedTest.objects.create(
            exam_id=exam, as_what="test", confidence="likely", evidence=["x"], found_at=timezone.now()
        )
        give_tried(Exam.objects.get(pk=exam).site_id, exam)
    apart = Exam.objects.get(pk=department.other_exam)
    apart.pk, apart.study_uid, apart.excluded_as, apart.excluded_reason = None, "2.25.99", "test", "Tube change"
    apart.save()
    return plant()


def own_sites(account: str) -> set[int]:
    return set(get_user_model().objects.get(username=account).roles_at_sites.values_list("site_id", flat=True))


def rows_since(last: int) -> list[AuditRow]:
    return list(AuditRow.objects.filter(pk__gt=last).order_by("pk"))


def last_row() -> int:
    newest = AuditRow.objects.order_by("pk").last()
    return newest.pk if newest else 0


def test_every_route_is_of_one_kind() -> None:
    changes = [
        set(CHANGES),
        OF_PEERS,
        OF_CONCEPTUS,
        OF_NAMES,
        OF_PEOPLE,
        OF_SCANNERS,
        OF_PATIENTS,
        OF_REPAIRS,
        OF_CALIBRATIONS,
        OF_DRIFT,
        OF_TESTS,
        OF_COMPLIANCE,
        OF_LEVELS,
        OF_LOCAL_LEVELS,
        OF_ASKING,
        OF_REPORTS,
        OF_RULES,
        OF_CASES,
        OF_NOTIFICATIONS,
        OF_TOKENS,
    ]
    kinds = [ABOUT_PATIENTS, OF_GROUPS, THE_AUDIT, *changes]
    assert Counter(name for kind in kinds for name in kind) == Counter(list(ROUTES))


def commands_of(group: Typer, before: str = "") -> Iterator[str]:
    """The commands of a group and of the groups in it, as they are typed."""
    yield from (f"{before}{command.name}" for command in group.registered_commands)
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands_of(inner.typer_instance, f"{before}{inner.name} ")


def test_every_command_is_of_one_kind() -> None:
    names = set(commands_of(app))
    assert names == SHOWING_COMMANDS | OTHER_COMMANDS
    assert not SHOWING_COMMANDS & OTHER_COMMANDS


@pytest.mark.once  # the routes' queries run on both databases in `test_rights`
@pytest.mark.parametrize("account", [*(role.value for role in Role), "stranger", "m.keane"])
def test_whom_a_page_or_file_shows_is_whom_the_audit_names(
    account: str, known: Known, department: Department, signed_in: Any
) -> None:
    client, sites = signed_in(account), own_sites(account)
    shown_anywhere = Counter[str]()
    for name in sorted(ABOUT_PATIENTS | OF_GROUPS - {"account_logout"}):
        for path in addresses(name, department, own=account != "stranger"):
            last = last_row()
            found = client.get(path)
            text = text_of(b"".join(found), name if found.status_code == 200 else "refused")
            rows = rows_since(last)
            if found.status_code != 200:
                assert (found.status_code in (302, 403, 404), rows) == (True, []), path
                assert known.disclosed(text, sites) == set(), path
                continue
            disclosed = known.disclosed(text, sites, by_dose=name in ABOUT_PATIENTS)
            again = seen_shortly_before(account, name, last)
            assert noted(rows) == sorted(disclosed - again), path
            assert disclosed <= set(noted(rows)) | again, path
            if name in OF_GROUPS:
                assert disclosed == set(), path
            check_rows(rows, account, identity=shows_identity(text), path=path)
            shown_anywhere[name] += len(disclosed)
    rights = RIGHTS[Role.PHYSICIST if account in ("stranger", "m.keane") else Role(account)]
    silent = [
        name for name in ABOUT_PATIENTS if declared_right(ROUTES[name].callback) in rights and not shown_anywhere[name]
    ]
    assert silent == []


def addresses(name: str, department: Department, *, own: bool) -> list[str]:
    path = address(ROUTES[name], department, own=own)
    exam = department.exam if own else department.other_exam
    of_exam = f"?pack=us-ncrp-168&pack=de-strlschv-annex-14&exam={exam}"
    variants = {
        "exams": ["", "?procedure=ct-head&order=-dlp", "?page=2", "?text=zzz"],
        "flags": ["", "?state=all", "?state=case"],
        "flags-csv": ["", "?state=all"],
        "exams-csv": ["", "?modality=RF"],
        "ask": ["", f"?plan={LISTED}", f"?plan={COUNTED}"],
        "ask-change": [f"?plan={LISTED}&part=time&remove=1"],
        "ask-answer-csv": [f"?plan={LISTED}"],
        "ask-answer-xlsx": [f"?plan={LISTED}", f"?plan={COUNTED}"],
        "plausibility": ["", "?show=rules", "?show=tests", "?show=apart"],
        **{name: ["", of_exam] for name in ("notifiable", "notifiable-csv", "notifiable-xlsx")},
    }
    return [path + variant for variant in variants.get(name, [""])]


def seen_shortly_before(account: str, name: str, last: int) -> set[Seen]:
    """Whom today was noted to show before: what fetches itself again is noted again after a while."""
    if name not in ("today", "today-live"):
        return set()
    return set(noted(AuditRow.objects.filter(actor=account, subject="today", action="saw", pk__lte=last)))


def check_rows(rows: list[AuditRow], account: str, *, identity: bool, path: str) -> None:
    user = get_user_model().objects.get(username=account)
    for row in rows:
        assert (row.actor, row.account_id, row.address) == (account, user.pk, "127.0.0.1"), path
        assert row.action in ("saw", "exported", "asked", "read remarks on answers"), path
        assert row.identified or not identity, path


@pytest.mark.once  # what tools ask the record is asked on both databases in `tests/ask`
@pytest.mark.parametrize("account", [*(role.value for role in Role), "stranger", "m.keane"])
def test_a_program_is_told_of_nobody_and_the_audit_names_nobody(
    account: str, known: Known, department: Department
) -> None:
    last = last_row()
    said = [told_to_program(account, tool, **given) for tool, given in TOLD]
    assert [one["kind"] for one in said if "kind" in one] == ["answer", "decline", "answer", "decline"]
    text = json.dumps(said)
    assert known.disclosed(text, own_sites(account), by_dose=False) == set()
    assert not shows_identity(text)
    rows = [row for row in rows_since(last) if row.action != "made token"]
    assert noted(rows) == []
    assert {(row.actor, row.address.split(",")[0]) for row in rows} == {(account, "mcp testclient")}
    assert len(rows) == len(TOLD)


@pytest.mark.parametrize("name", sorted(THE_AUDIT))
def test_who_looks_at_the_audit_is_noted_with_what_was_shown(
    name: str, known: Known, department: Department, signed_in: Any
) -> None:
    client = signed_in("administrator")
    client.get(f"/exams/{department.exam}/")
    client.get("/exams/")
    last, patient = last_row(), Exam.objects.get(pk=department.exam).patient_id
    found = client.get(f"{address(ROUTES[name], department, own=True)}?patient={patient}")
    text = text_of(b"".join(found), name)
    (row,) = rows_since(last)
    assert (row.action, row.actor, row.patient_key) == ("used the audit", "administrator", patient)
    assert row.after["filter"] == {"patient": str(patient)}
    told = AuditRow.objects.filter(
        patient_key=patient, pk__lte=row.after["newest_row"], pk__gte=row.after.get("oldest_row", 0)
    )
    assert {one.patient for one in known.disclosed(text, own_sites("administrator"))} <= {patient}
    assert told.filter(site=department.site).count() >= 2
    assert text.count(f"exam {department.exam}") >= 1
    assert not shows_identity(text)


def test_the_audit_shows_each_administrator_the_rows_of_the_sites_alone(
    known: Known, department: Department, signed_in: Any
) -> None:
    signed_in("stranger").get(f"/exams/{department.other_exam}/")
    signed_in("physicist").get(f"/exams/{department.exam}/")
    text = signed_in("administrator").get("/audit/").content.decode()
    assert f"exam {department.exam}<" in text
    assert f"exam {department.other_exam}<" not in text


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_leaves_one_row_with_who_what_when_where_before_and_after(
    name: str, department: Department, signed_in: Any
) -> None:
    client, exam = signed_in("radiographer"), Exam.objects.get(pk=department.exam)
    if name in ("exam-include", "plausibility-include"):
        client.post(f"/exams/{exam.pk}/exclude", {"excluded_as": "test", "reason": "Test run"})
    if name == "flag-reopen":
        flags.set_aside(SYSTEM, department.flag, "clinically justified", "", Actor(None, "somebody"))
    given, action = CHANGES[name]
    last, began, change = last_row(), timezone.now(), Exam.objects.get(pk=exam.pk).changed
    assert client.post(address(ROUTES[name], department, own=True), given).status_code == 302
    (row,) = rows_since(last)
    user = get_user_model().objects.get(username="radiographer")
    assert (row.action, row.actor, row.account_id, row.address) == (action, "radiographer", user.pk, "127.0.0.1")
    assert began <= row.at <= timezone.now()
    assert (row.patient_key, row.site_id) == (exam.patient_id, exam.site_id)
    assert row.subject in (f"exam {exam.pk}", f"flag {department.flag}")
    assert row.after
    assert row.before or action == "commented"
    assert set(row.before) <= set(row.after)
    assert row.before != {key: row.after[key] for key in row.before} or not row.before
    assert Exam.objects.get(pk=exam.pk).changed > change


def test_a_refused_change_leaves_no_row_and_changes_nothing(department: Department, signed_in: Any) -> None:
    client, last = signed_in("radiographer"), last_row()
    assert client.post(f"/flags/{department.flag}/set-aside", {"reason": "because"}).status_code == 400
    assert client.post(f"/exams/{department.exam}/exclude", {"excluded_as": "test", "reason": " "}).status_code == 400
    assert client.post(f"/exams/{department.exam}/comments", {"text": ""}).status_code == 400
    assert rows_since(last) == []
    assert Flag.objects.get(pk=department.flag).state == "open"


def test_today_that_fetches_itself_is_noted_once_in_a_while(department: Department, signed_in: Any) -> None:
    client = signed_in("physicist")
    client.get("/")
    last = last_row()
    client.get("/today/live")
    assert rows_since(last) == []
    signed_in("viewer").get("/today/live")
    assert {row.actor for row in rows_since(last)} == {"viewer"}
    with_time = timezone.now() + timedelta(minutes=16)
    last = last_row()
    with pytest.MonkeyPatch.context() as later:
        later.setattr("doseloop.store.audit.timezone.now", lambda: with_time)
        client.get("/today/live")
    assert rows_since(last) != []


@pytest.mark.parametrize("command", sorted(SHOWING_COMMANDS))
@pytest.mark.parametrize("form", ["", "--json"])
def test_whom_a_command_shows_is_whom_the_audit_names(
    command: str, form: str, known: Known, department: Department
) -> None:
    last, folder = last_row(), settings.FOLDER.root
    text = said_by(folder, command, form)
    every = {one.site for one in known.exams.values()}
    keyed = (
        text.replace('"exam": ', "exam ")
        .replace('"exam_id": ', "exam ")
        .replace("exam=", "exam ")
        .replace("exam_id=", "exam ")
    )
    rows = rows_since(last)
    assert noted(rows) == sorted(known.disclosed(keyed, every))
    assert len(rows) > 5
    assert {(row.actor, row.action, row.subject, row.identified) for row in rows} == {
        ("command line", "saw", f"command {command}", False)
    }
    assert all(row.address.startswith("system user ") for row in rows)
    assert not shows_identity(text)


def said_by(folder: Path, *words: str) -> str:
    connections["default"].close()
    environment = {**os.environ, "DOSELOOP_DATA": str(folder)}
    command = [sys.executable, "-m", "doseloop.cli", *filter(None, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True).stdout
