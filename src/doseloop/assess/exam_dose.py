"""What rules about a single exam see: the exam, and earlier ones of its kind. A rule is called as `rule(exam, history)`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PastExam:
    """An earlier exam of the same procedure, age band and quantity as the one that is judged; eligible and complete."""

    value: float
    """In the quantity's own unit."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    scanner: int | None = None
    """Key of the scanner; None where it is not told."""
    is_flagged: bool = False
    """Whether a flag of its dose stands at it that nobody has set aside."""
    events: int | None = None
    """How many irradiation events it has; None where it is not told."""


@dataclass(frozen=True, slots=True)
class ExamDose:
    """The exam that is judged."""

    subject: str
    """Our key of the exam or part."""
    quantity: str
    value: float
    procedure: str
    """For the sentence, as shown."""
    age_band: str
    """For the sentence, as shown."""
    weight_kg: float | None = None
    phantom_cm: int | None = None
    provisional: bool = False
    scanner: int | None = None
    events: int | None = None
