"""What a case may be, what may have caused it, and what was done: the words that people choose from."""

from enum import StrEnum


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    WAITING = "waiting for effect"
    """Something was changed, and the exams that it should affect are awaited."""
    SHOWN = "effect shown"
    """Later exams show what was expected: a person may close it."""
    CLOSED = "closed"
    REOPENED = "reopened"
    """By a person, or by itself: what was changed was undone, or later exams show that it did not work."""


class Cause(StrEnum):
    """Why it came to be."""

    NOT_KNOWN = "not known yet"
    PROTOCOL = "protocol set up or copied wrongly"
    CHOICE = "another protocol was chosen than was meant"
    POSITION = "positioning or scan range"
    EQUIPMENT = "fault of the equipment"
    UPDATE = "update of software"
    PRACTICE = "practice or training"
    REQUEST = "request or justification"
    PATIENT = "the patient: size, movement, course of the procedure"
    RECORD = "the dose was recorded wrongly"
    OTHER = "something else"


class Classification(StrEnum):
    """What it amounts to."""

    NONE = "none"
    NEAR_MISS = "near miss"
    INCIDENT = "incident"
    NOTIFIABLE = "notifiable"
    """It has to be reported under a rule pack."""


class ActionKind(StrEnum):
    """What kind of thing was changed."""

    PROTOCOL = "protocol changed"
    NEW_PROTOCOL = "protocol added or withdrawn"
    MODULATION = "dose modulation set anew"
    EQUIPMENT = "equipment repaired or set anew"
    SOFTWARE = "software updated or put back"
    TRAINING = "people trained or told"
    RULE = "working rule changed"
    OTHER = "something else"


class StepKind(StrEnum):
    """Kinds of entries in the timeline of a case; each is also the action of its row in the audit."""

    OPENED = "made a case"
    FLAG_ADDED = "added to a case"
    CHANGED = "case changed"
    COMMENTED = "case commented"
    EXAM_LINKED = "exam linked to a case"
    EXAM_UNLINKED = "exam taken from a case"
    FILE_ADDED = "file added to a case"
    ACTION = "action of a case recorded"
    UNDONE = "action of a case undone"
    EFFECT_SHOWN = "effect of a case as expected"
    EFFECT_MISSED = "effect of a case not as expected"
    EFFECT_UNKNOWN = "effect of a case cannot be told"
    CLOSED = "case closed"
    REOPENED = "case reopened"


NOT_CLOSED = (CaseState.OPEN, CaseState.WAITING, CaseState.SHOWN, CaseState.REOPENED)
