"""Findings of rules become flags: a new evaluation updates or withdraws them and never touches a person's verdict."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.utils import timezone

from doseloop.model.flag import Finding
from doseloop.store.models import Exam, Flag

_State = Flag.State


@dataclass(frozen=True, slots=True)
class ExamFinding:
    """What a rule noticed about an exam, and the procedure that it concerns."""

    finding: Finding
    procedure: str | None = None


def apply(exam: int, findings: Iterable[ExamFinding]) -> bool:
    """Make the exam's flags what the rules find now. True where any flag was raised, changed or withdrawn."""
    held = {flag.key: flag for flag in Flag.objects.filter(exam_id=exam)}
    found = {str(one.finding.key): one for one in findings}
    if not held and not found:
        return False
    row = Exam.objects.get(pk=exam)
    changed = [_write(held.get(key), key, one, row) for key, one in found.items()]
    gone = [flag for key, flag in held.items() if key not in found and flag.state == _State.OPEN]
    for flag in gone:
        flag.state, flag.updated_at = _State.WITHDRAWN, timezone.now()
        flag.save(update_fields=["state", "updated_at"])
    return any(changed) or bool(gone)


def _write(flag: Flag | None, key: str, found: ExamFinding, exam: Exam) -> bool:
    finding, now = found.finding, timezone.now()
    content = {
        "rule_version": finding.version,
        "sentence": finding.sentence,
        "evidence": asdict(finding),
        "site_id": exam.site_id,
        "scanner_id": exam.scanner_id,
        "procedure_id": found.procedure,
    }
    if flag is None:
        Flag.objects.create(key=key, rule=finding.rule, exam=exam, raised_at=now, updated_at=now, **content)
        return True
    if flag.state == _State.WITHDRAWN:
        flag.state = _State.OPEN
    elif flag.sentence == finding.sentence and flag.rule_version == finding.version:
        return False
    for name, value in content.items():
        setattr(flag, name, value)
    flag.updated_at = now
    flag.save()
    return True
