"""What makes an exam look like a phantom or a test: evidence and confidence for a person, never a verdict.

A word in a protocol or study is the strongest sign. The patient's name or number is a weaker one, since a person may be called
Test. That age and sex are missing, the hour is unusual for the scanner and the technique repeats itself are signs together,
not alone: an unconscious patient at night has no age either.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from doseloop.model.ct import CtEvent
from doseloop.model.exam import ExamRecord
from doseloop.model.projection import ProjectionEvent
from doseloop.reference.test_words import protocol_word

LEAST_HOURS: Final = 100
"""Exams of a scanner that tell which hours are usual."""
UNUSUAL_SHARE: Final = 0.02
"""Of its exams, those that start within an hour of this one."""
LEAST_REPEATED: Final = 3
"""Exposures with the same technique."""

As = Literal["phantom", "test"]
Confidence = Literal["likely", "possible"]
_PHANTOMS: Final = ("phantom", "pmma", "catphan", "koerper", "test object")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Why an exam may be no patient's."""

    as_what: As
    confidence: Confidence
    evidence: tuple[str, ...]
    """Sentences without identity."""


def on_exam(exam: ExamRecord, marks: Iterable[str], hours: Sequence[int]) -> Suspicion | None:
    """The suspicion that an exam raises, None where it raises none. `marks` are `DoseObject.test_marks` of its objects; `hours`
    the starts of the scanner's earlier exams, empty where they were not asked for."""
    words = _words(exam)
    named = sorted(set(marks))
    weak = tuple(_weak(exam, hours))
    if not words and not named and len(weak) < 3:
        return None
    evidence = [f"“{text}” names it: {word}." for text, word in words]
    evidence += [f"The patient’s {where} is one that phantoms or tests are given." for where in named]
    likely = bool(words and (named or weak))
    is_phantom = any(part in word for _, word in words for part in _PHANTOMS)
    return Suspicion("phantom" if is_phantom else "test", "likely" if likely else "possible", (*evidence, *weak))


def needs_hours(exam: ExamRecord) -> bool:
    """Whether the hour could make a difference: without age and sex, with a repeated technique."""
    return _is_without_patient(exam) and _repeats(exam) > 0


def _words(exam: ExamRecord) -> tuple[tuple[str, str], ...]:
    study = exam.study
    texts = [study.description, study.protocol_name, study.requested_procedure, study.performed_procedure]
    events = [event.detail for part in exam.parts for event in part.events]
    texts += [one.protocol.value for one in events if isinstance(one, CtEvent | ProjectionEvent) and one.protocol]
    found = {text: word for text in texts if text and (word := protocol_word(text))}
    return tuple(found.items())[:3]


def _weak(exam: ExamRecord, hours: Sequence[int]) -> Iterable[str]:
    if _is_without_patient(exam):
        yield "Neither age nor sex is recorded."
    if _is_unusual(exam, hours):
        yield f"It started at {exam.started_at.local[11:16]}, when the scanner hardly ever works."
    repeated = _repeats(exam)
    if repeated:
        yield f"{repeated} exposures have the same technique."


def _is_without_patient(exam: ExamRecord) -> bool:
    return exam.patient.age_years is None and not exam.patient.sex


def _is_unusual(exam: ExamRecord, hours: Sequence[int]) -> bool:
    start = exam.started_at.local[11:13]
    if not start.isdecimal() or len(hours) < LEAST_HOURS:
        return False
    near = sum((hour - int(start) + 1) % 24 <= 2 for hour in hours)
    return near < UNUSUAL_SHARE * len(hours)


def _repeats(exam: ExamRecord) -> int:
    """The most exposures with one technique, 0 where fewer than `LEAST_REPEATED` have."""
    techniques = Counter(
        technique for part in exam.parts for event in part.events if (technique := _technique(event.detail))
    )
    most = max(techniques.values(), default=0)
    return most if most >= LEAST_REPEATED else 0


def _technique(event: object) -> tuple[float, ...] | None:
    """kV, mA or mAs and dose of an exposure; None where any is not recorded."""
    if isinstance(event, CtEvent):
        source = event.sources[0] if event.sources else None
        found = (source.kvp, source.tube_current_ma, event.ctdi_vol_mgy) if source else (None,)
    elif isinstance(event, ProjectionEvent):
        found = (event.kvp, event.exposure_mas or event.tube_current_ma, event.dap_gy_cm2)
    else:
        return None
    values = tuple(one.value for one in found if one)
    return values if len(values) == 3 else None
