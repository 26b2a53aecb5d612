"""The worker looks at what was changed because of a case, keeps every look, and the case follows what it sees."""

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from doseloop.access.scope import NOTHING, SYSTEM
from doseloop.model.effect_look import EffectLook
from doseloop.roles.data_folder import DataFolder
from doseloop.roles.effect_watch import EffectWatch
from doseloop.store import case_actions, case_changes, case_opening, effect_looks
from doseloop.store.append_only import LOOKS, is_protected
from doseloop.store.audit import COMMAND
from doseloop.store.case_actions import NewAction
from doseloop.store.case_list import case_row
from doseloop.store.models import Case, CaseStep, Exam, ProtocolUseRow, Scanner
from tests.facts.made import add_flag, add_part, make_exam, make_procedure, make_scanner, make_site

BEGIN = datetime(2026, 3, 2, 8)
EVERY = timedelta(hours=6)


class Ward:
    """A scanner whose head doses a case is about, and time that goes on with each exam."""

    def __init__(self) -> None:
        self.site = make_site()
        self.scanner, self.other = make_scanner(self.site), make_scanner(self.site, "CT 2")
        self.procedure = make_procedure()
        self.now, self.chance, self.watch = BEGIN, Random(3), EffectWatch()
        self.exams(60)
        flag = add_flag(Exam.objects.latest("pk"), self.procedure)
        self.case = case_opening.open_case(SYSTEM, [flag.pk], "Head doses", COMMAND)

    def exams(
        self, n: int, factor: float = 1.0, scanner: Scanner | None = None, use: str = "", **fields: object
    ) -> None:
        for _ in range(n):
            self.now += EVERY
            exam = make_exam(scanner or self.scanner, self.now.isoformat(), **fields)
            dlp = 900 * factor * self.chance.lognormvariate(0, 0.15)
            add_part(exam, self.procedure, phantom_cm=16, dlp_mgy_cm=dlp)
            if use:
                self.used(exam, use)

    def used(self, exam: Exam, reference: str) -> None:
        ProtocolUseRow.objects.create(
            exam=exam, scanner=exam.scanner, protocol="Head", name="head", kind="ct", started_at=exam.started_at,
            settings={"kvp": reference},
        )  # fmt: skip

    def act(self, expected: float = -20.0, **more: object) -> int:
        self.now += EVERY
        given: dict[str, object] = {
            "kind": "protocol changed", "text": "Less.", "scanners": (self.scanner.pk,), "procedure": self.procedure.key,
            "protocol": "", "quantity": "dlp_mgy_cm", "at": self.now, "by": "Kim", "expected_percent": expected, **more,
        }  # fmt: skip
        return case_actions.record_action(SYSTEM, self.case, NewAction(**given), COMMAND)  # type: ignore[arg-type]

    def look(self) -> tuple[EffectLook, ...]:
        self.watch.step()
        return effect_looks.looks_of(SYSTEM, self.case)

    @property
    def state(self) -> tuple[str, str]:
        row = Case.objects.get(pk=self.case)
        return row.state, row.effect

    @property
    def steps(self) -> list[str]:
        return list(CaseStep.objects.filter(case=self.case).order_by("pk").values_list("kind", flat=True))

    @property
    def last_step(self) -> str:
        return CaseStep.objects.filter(case=self.case).latest("pk").text


@pytest.fixture
def ward(folder: DataFolder) -> Ward:
    return Ward()


def test_an_effect_that_is_as_expected_proposes_the_end_and_leaves_it_to_a_person(ward: Ward) -> None:
    ward.act()
    ward.exams(4, 0.8)
    assert [one.verdict for one in ward.look()] == ["too early"]
    assert ward.state == ("waiting for effect", "too early")
    ward.exams(40, 0.8)
    last = ward.look()[0]
    assert (last.verdict, last.before, last.after) == ("met", 59, 44)
    assert last.low and last.high and -0.3 < last.low < -0.2 < last.high < 0
    assert ward.state == ("effect shown", "met")
    assert ward.last_step.endswith("44 exams since; expected 20 % less: met. It may be closed.")
    case_changes.close(SYSTEM, ward.case, "It worked.", COMMAND)


def test_an_effect_that_fails_opens_the_case_and_says_so(ward: Ward) -> None:
    ward.act()
    ward.exams(60, 1.0)
    assert ward.look()[0].verdict == "not met"
    assert ward.state == ("open", "not met")
    assert ward.steps[-1] == "effect of a case not as expected"


def test_a_dose_that_falls_far_below_what_was_meant_is_worse(ward: Ward) -> None:
    ward.act()
    ward.exams(60, 0.4)
    assert ward.look()[0].verdict == "worse"
    assert ward.last_step.endswith("worse, far below what was meant: look at the images.")


def test_a_look_is_kept_where_it_tells_something_new_alone(ward: Ward) -> None:
    ward.act()
    ward.exams(4, 0.8)
    assert len(ward.look()) == 1
    assert ward.watch.step() == 0
    ward.exams(3, scanner=make_scanner(ward.site, "CT 9", "MR"))
    assert ward.watch.step() == 0
    ward.watch = EffectWatch()
    assert len(ward.look()) == 1, "a worker that starts anew looks, and keeps nothing twice"
    ward.exams(1, 0.8)
    assert len(ward.look()) == 2
    assert effect_looks.looks_of(NOTHING, ward.case) == ()


def test_the_database_refuses_to_change_or_remove_a_look(ward: Ward) -> None:
    ward.act()
    ward.exams(1)
    ward.look()
    for statement in ("UPDATE store_effectlookrow SET verdict = 'met'", "DELETE FROM store_effectlookrow"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert is_protected(connection, LOOKS)


def test_what_was_told_stays_until_something_else_is_told(ward: Ward) -> None:
    ward.act()
    ward.exams(44, 0.8)
    ward.look()
    Exam.objects.filter(started_at__gte=(ward.now - 38 * EVERY).isoformat()).update(excluded_as="phantom")
    ward.exams(1, 0.8)
    assert ward.look()[0].verdict == "too early"
    assert ward.state == ("effect shown", "met")


def test_a_closed_case_opens_by_itself_where_later_exams_show_that_it_did_not_work(ward: Ward) -> None:
    ward.act()
    case_changes.close(SYSTEM, ward.case, "Done.", COMMAND)
    ward.exams(60)
    ward.look()
    assert ward.state == ("reopened", "not met")
    assert ward.steps[-2:] == ["effect of a case not as expected", "case reopened"]


def test_a_case_that_was_closed_long_ago_is_left_in_peace(ward: Ward) -> None:
    ward.act()
    case_changes.close(SYSTEM, ward.case, "Done.", COMMAND)
    Case.objects.update(closed_at=timezone.now() - timedelta(days=91))
    ward.exams(60)
    assert ward.look() == ()
    assert ward.state == ("closed", "")


def test_an_action_that_was_undone_ends_what_is_since(ward: Ward) -> None:
    key = ward.act()
    ward.exams(12, 0.8)
    ward.now += EVERY
    case_actions.undo_action(SYSTEM, ward.case, key, ward.now, "Put back.", COMMAND)
    ward.exams(30)
    assert ward.look()[0].after == 12
    assert ward.state == ("reopened", "")


def test_a_second_action_takes_the_place_of_the_first_and_its_exams_are_the_before(ward: Ward) -> None:
    first = ward.act()
    ward.exams(40)
    ward.look()
    assert ward.state == ("open", "not met")
    ward.now += timedelta(days=2)
    second = ward.act()
    assert ward.state == ("waiting for effect", "")
    ward.exams(40, 0.8)
    looks = {one.action: one for one in reversed(ward.look())}
    assert (looks[first].after, looks[second].before, looks[second].after) == (40, 40, 40)
    assert ward.state == ("effect shown", "met")


def test_a_protocol_that_is_set_back_undoes_the_action_by_itself_also_of_a_closed_case(ward: Ward) -> None:
    for exam in Exam.objects.order_by("pk"):
        ward.used(exam, "120")
    ward.act()
    ward.exams(20, 0.8, use="100")
    ward.look()
    case_changes.close(SYSTEM, ward.case, "It worked.", COMMAND)
    ward.exams(2, use="120")
    ward.look()
    assert ward.state[0] == "closed", "two exams are no change of a protocol"
    ward.exams(3, use="120")
    ward.look()
    assert ward.state == ("reopened", "")
    (action,) = case_actions.actions_of(SYSTEM, ward.case)
    assert action.undone_at == (ward.now - 4 * EVERY)
    assert action.undone_why.startswith("Seen on CT 1: “Head”: ")
    assert ward.steps[-2:] == ["action of a case undone", "case reopened"]


def test_training_is_not_undone_by_a_protocol(ward: Ward) -> None:
    for exam in Exam.objects.order_by("pk"):
        ward.used(exam, "120")
    ward.act(kind="people trained or told")
    ward.exams(20, 0.8, use="100")
    ward.exams(6, use="120")
    ward.look()
    assert case_row(SYSTEM, ward.case).state != "reopened"


def test_of_two_scanners_the_graver_verdict_is_the_case_s(ward: Ward) -> None:
    ward.now = BEGIN
    ward.exams(60, scanner=ward.other)
    ward.act(scanners=(ward.scanner.pk, ward.other.pk))
    ward.exams(60, 0.8)
    ward.exams(60, 1.0, scanner=ward.other)
    last = {one.scanner: one.verdict for one in reversed(ward.look())}
    assert last == {ward.scanner.pk: "met", ward.other.pk: "not met"}
    assert ward.state == ("open", "not met")
