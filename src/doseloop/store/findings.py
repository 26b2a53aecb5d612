"""Findings of rules become flags: a new evaluation updates or withdraws them and never touches a person's verdict."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from doseloop.model.flag import Finding
from doseloop.store import outbox
from doseloop.store.audit import WORKER, record_change
from doseloop.store.models import Exam, Flag, Scanner, Site
from doseloop.store.prepared import Rows, Slot
from doseloop.store.rule_settings import is_switched_off

_State = Flag.State
_CLEARLY_GREATER = 1.25
"""A flag that was set aside comes back where the same finding has grown by a quarter: something else was judged."""


@dataclass(frozen=True, slots=True)
class ExamFinding:
    """What a rule noticed about an exam or a scanner, and the procedure that it concerns."""

    finding: Finding
    procedure: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a flag hangs: at an exam, at a scanner alone, or at a site."""

    site_id: int
    scanner_id: int | None
    exam_id: int | None = None


@transaction.atomic
def apply(exam: int, findings: Iterable[ExamFinding]) -> bool:
    """Make the exam's flags what the rules find now. True where any flag was raised, changed or withdrawn."""
    found = {str(one.finding.key): one for one in findings}
    if not found and not _ANY.all(exam=exam):
        return False
    held = {flag.key: flag for flag in Flag.objects.select_for_update().filter(exam_id=exam).order_by("pk")}
    row = Exam.objects.get(pk=exam)
    return _make_so(held, found, _Place(row.site_id, row.scanner_id, exam))


@transaction.atomic
def apply_to_scanner(scanner: int, rule: str, findings: Iterable[ExamFinding]) -> bool:
    """The same for the flags of one rule at a scanner itself, which hang at no exam. A rule that the scanner's site has switched
    off finds nothing."""
    found = {str(one.finding.key): one for one in findings}
    rows = Flag.objects.filter(scanner_id=scanner, exam=None, rule=rule).order_by("pk")
    if not found and not rows.filter(state=_State.OPEN).exists():
        return False
    Scanner.objects.select_for_update(no_key=True).get(pk=scanner)  # two workers would raise one flag twice
    held = {flag.key: flag for flag in rows.select_for_update()}
    site = Scanner.objects.values_list("site_id", flat=True).get(pk=scanner)
    return _make_so(held, {} if is_switched_off(site, rule) else found, _Place(site, scanner))


def withdraw_of_scanners(site: int, rule: str) -> None:
    """Withdraw the open flags of a rule at a site that hang at no exam."""
    rows = Flag.objects.filter(site=site, rule=rule, exam=None, state=_State.OPEN)
    rows.update(state=_State.WITHDRAWN, updated_at=timezone.now())


@transaction.atomic
def apply_to_site(site: int, rule: str, findings: Mapping[Finding, int | None]) -> bool:
    """The same for all flags of one rule at a site, each with the scanner that it concerns, None for no single one."""
    places = {str(one.key): _Place(site, scanner) for one, scanner in findings.items()}
    found = {} if is_switched_off(site, rule) else {str(one.key): ExamFinding(one) for one in findings}
    rows = Flag.objects.filter(site_id=site, exam=None, rule=rule).order_by("pk")
    if not found and not rows.filter(state=_State.OPEN).exists():
        return False
    Site.objects.select_for_update(no_key=True).get(pk=site)
    held = {flag.key: flag for flag in rows.select_for_update()}
    changed = [_write(held.get(key), key, one, places[key]) for key, one in found.items()]
    return any([*changed, _withdraw(held, found)])


def _make_so(held: Mapping[str, Flag], found: Mapping[str, ExamFinding], place: _Place) -> bool:
    changed = [_write(held.get(key), key, one, place) for key, one in found.items()]
    return any([*changed, _withdraw(held, found)])


def _withdraw(held: Mapping[str, Flag], found: Mapping[str, ExamFinding]) -> bool:
    """Withdraw what nobody judged and no rule finds any more."""
    gone = [flag for key, flag in held.items() if key not in found and flag.state == _State.OPEN]
    for flag in gone:
        flag.state, flag.updated_at = _State.WITHDRAWN, timezone.now()
        flag.save(update_fields=["state", "updated_at"])
    return bool(gone)


_ANY = Rows(lambda: Flag.objects.filter(exam_id=Slot("exam")).values_list("pk")[:1])


def _write(flag: Flag | None, key: str, found: ExamFinding, place: _Place) -> bool:
    finding, now = found.finding, timezone.now()
    content = {
        "rule_version": finding.version,
        "sentence": finding.sentence,
        "evidence": json.loads(json.dumps(asdict(finding))),
        "site_id": place.site_id,
        "scanner_id": place.scanner_id,
        "procedure_id": found.procedure,
    }
    if flag is None:
        made = {"key": key, "rule": finding.rule, "raised_at": now, "updated_at": now}
        outbox.post(Flag.objects.create(exam_id=place.exam_id, **made, **content), now)
        return True
    came_back = flag.state != _State.OPEN
    if flag.state == _State.WITHDRAWN:
        flag.state = _State.OPEN
    elif flag.evidence == content["evidence"]:
        return False
    elif flag.sentence != finding.sentence:
        _keep_what_was_judged(flag, finding)
    for name, value in content.items():
        setattr(flag, name, value)
    flag.updated_at = now
    flag.save()
    if came_back and flag.state == _State.OPEN:
        outbox.post(flag, now)
    return True


def _keep_what_was_judged(flag: Flag, finding: Finding) -> None:
    """A judged flag whose finding changed: the audit keeps what was judged, and a clearly greater one is open again."""
    if flag.judged_at is None:
        return
    before = {"state": flag.state, "verdict": flag.verdict, "sentence": flag.sentence}
    if flag.state == _State.SET_ASIDE and (finding.factor or 0.0) > _CLEARLY_GREATER * (
        flag.evidence.get("factor") or 0.0
    ):
        flag.state = _State.OPEN
    after = {"state": flag.state, "sentence": finding.sentence}
    record_change(WORKER, "judged flag changed", f"flag {flag.pk}", site=flag.site_id, before=before, after=after)
