"""Exams that look like phantoms or tests: noted when an exam is made, set apart by people, many at once, never dropped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from doseloop.access.scope import Scope
from doseloop.assess.phantom import Suspicion
from doseloop.model.errors import NotVisible, UnusableInput
from doseloop.store import exclusions, visible
from doseloop.store.audit import Actor, Seen, record_change
from doseloop.store.models import Exam, SuspectedTest
from doseloop.store.prepared import Rows, Slot

_State = SuspectedTest.State
MOST_AT_ONCE = 200
_HOURS_OF = 500
"""Exams of a scanner that tell its hours: the newest."""


@dataclass(frozen=True, slots=True)
class SuspectShown:
    """An exam with what makes it look like no patient's. Who the patient is is no part of it."""

    exam: int
    patient_key: int
    site: int
    scanner_name: str
    modality: str
    started_at: str
    description: str
    as_what: str
    confidence: str
    evidence: tuple[str, ...]

    @property
    def seen(self) -> Seen:
        """Whom the row is about, for the audit."""
        return Seen(self.patient_key, self.site)


@dataclass(frozen=True, slots=True)
class SetApart:
    """An exam that a person took out of every group."""

    exam: int
    patient_key: int
    site: int
    scanner_name: str
    started_at: str
    excluded_as: str
    reason: str

    @property
    def seen(self) -> Seen:
        """Whom the row is about, for the audit."""
        return Seen(self.patient_key, self.site)


def note(exam: int, found: Suspicion | None) -> None:
    """Keep what an exam looks like. What was noticed once stays until a person judges, and what was judged stays judged."""
    if found is None:
        return
    held = _HELD.first(exam=exam)
    told = {"as_what": found.as_what, "confidence": found.confidence, "evidence": list(found.evidence)}
    if held is None:
        SuspectedTest.objects.create(exam_id=exam, **told, found_at=timezone.now())
    elif held[0] == _State.PROPOSED and len(found.evidence) >= len(held[1]):
        SuspectedTest.objects.filter(exam_id=exam).update(**told)


_HELD = Rows(lambda: SuspectedTest.objects.filter(exam_id=Slot("exam")).values_list("state", "evidence"))


def hours_of(scanner: int) -> list[int]:
    """The hours in which the newest exams of a scanner started."""
    rows = Exam.objects.filter(scanner=scanner).exclude(started_at="").order_by("-pk")
    return [int(at[11:13]) for at in rows.values_list("started_at", flat=True)[:_HOURS_OF] if at[11:13].isdecimal()]


def suspects(scope: Scope, most: int = MOST_AT_ONCE) -> tuple[SuspectShown, ...]:
    """Exams that wait for a person, the likely ones first, then the newest."""
    rows = _waiting(scope).select_related("exam__scanner").order_by("confidence", "-exam__started_at", "-pk")
    return tuple(_shown(row) for row in rows[:most])


def count(scope: Scope) -> int:
    """How many exams wait for a person."""
    return _waiting(scope).count()


def set_apart_list(scope: Scope, most: int = MOST_AT_ONCE) -> tuple[SetApart, ...]:
    """Exams that people took out of every group, the newest first."""
    rows = _apart(scope).select_related("scanner").order_by("-started_at", "-pk")[:most]
    return tuple(
        SetApart(
            row.pk, row.patient_id, row.site_id, row.scanner.name, row.started_at, row.excluded_as, row.excluded_reason
        )
        for row in rows
    )


def count_set_apart(scope: Scope) -> int:
    """How many exams people took out of every group."""
    return _apart(scope).count()


@transaction.atomic
def set_apart(scope: Scope, exams: Sequence[int], excluded_as: str, reason: str, actor: Actor) -> int:
    """Take exams out of every group, all or none. Returns how many. Errors: `NotVisible`, `UnusableInput`."""
    for row in _chosen(scope, exams):
        exclusions.exclude(scope, row.exam_id, excluded_as or row.as_what, reason, actor)
        _judge(row, _State.SET_APART, reason, actor)
    return len(exams)


@transaction.atomic
def decline(scope: Scope, exams: Sequence[int], reason: str, actor: Actor) -> int:
    """Say that exams are of patients; they are not proposed again. Returns how many. Errors: `NotVisible`, `UnusableInput`."""
    if not reason.strip():
        raise UnusableInput("Say why: whoever looks later sees nothing but this reason.")
    for row in _chosen(scope, exams):
        _judge(row, _State.DECLINED, reason.strip(), actor)
        record_change(
            actor, "test exam declined", f"exam {row.exam_id}", patient_key=row.exam.patient_id, site=row.exam.site_id,
            after={"reason": row.reason},
        )  # fmt: skip
    return len(exams)


@transaction.atomic
def take_back(scope: Scope, exam: int, actor: Actor) -> None:
    """Let an exam stand in groups again, and propose it again where it was proposed. Errors: `NotVisible`."""
    exclusions.take_back(scope, exam, actor)
    SuspectedTest.objects.filter(exam=exam).update(state=_State.PROPOSED, judged_by=None, judged_at=None, reason="")


def _chosen(scope: Scope, exams: Sequence[int]) -> list[SuspectedTest]:
    if not exams:
        raise UnusableInput("Choose at least one exam.")
    if len(exams) > MOST_AT_ONCE:
        raise UnusableInput(f"Choose at most {MOST_AT_ONCE} exams at a time.")
    found = list(_waiting(scope).filter(exam__in=exams).select_related("exam").order_by("exam"))
    if len(found) != len(set(exams)):
        raise NotVisible("One of these exams does not wait to be judged.")
    return found


def _judge(row: SuspectedTest, state: str, reason: str, actor: Actor) -> None:
    row.state, row.reason, row.judged_by_id, row.judged_at = state, reason, actor.account, timezone.now()
    row.save(update_fields=["state", "reason", "judged_by", "judged_at"])


def _waiting(scope: Scope) -> "QuerySet[SuspectedTest]":
    return SuspectedTest.objects.filter(state=_State.PROPOSED, exam__excluded_as="", exam__in=visible.exams(scope))


def _apart(scope: Scope) -> "QuerySet[Exam]":
    return visible.exams(scope).exclude(excluded_as="")


def _shown(row: SuspectedTest) -> SuspectShown:
    exam = row.exam
    return SuspectShown(
        exam.pk, exam.patient_id, exam.site_id, exam.scanner.name, exam.modality, exam.started_at,
        exam.description or exam.protocol_name, row.as_what, row.confidence, tuple(row.evidence),
    )  # fmt: skip


def exams_seen(rows: Iterable[SuspectShown | SetApart]) -> set[Seen]:
    """Whom rows are about, for the audit."""
    return {one.seen for one in rows}
