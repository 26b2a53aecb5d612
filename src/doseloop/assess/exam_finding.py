"""What a rule about a single exam found beside its group, as the finding that becomes a flag."""

from collections.abc import Iterable

from doseloop.assess.exam_dose import ExamDose
from doseloop.model.flag import Finding


def finding_of(
    exam: ExamDose,
    rule: tuple[str, str],
    sentence: str,
    expected: tuple[float, float],
    n: int,
    not_seen: Iterable[str],
) -> Finding:
    """The finding. `rule` is its name and version; `expected` the median and the limit, in the quantity's own unit; `n` exams."""
    median, threshold = expected
    return Finding(
        rule=rule[0],
        version=rule[1],
        subject=exam.subject,
        cause=exam.quantity,
        sentence=sentence,
        quantity=exam.quantity,
        value=exam.value,
        expected=median,
        threshold=threshold,
        factor=exam.value / median,
        n=n,
        not_seen=tuple(not_seen),
        provisional=exam.provisional,
    )
