"""The rule `same-event`: an Irradiation Event UID of this exam stands in another exam too.

The same UID (113769) in two patients or two studies is an edited copy, a wrong assignment or a scanner that repeats UIDs. The
exams are kept apart; a person decides which of them is right.
"""

from collections.abc import Sequence

from doseloop.model.flag import Finding

RULE = "same-event"
VERSION = "1"


def on_exam(subject: str, others: Sequence[int]) -> Finding | None:
    """A finding where other exams (their keys) hold an event of this one; None where none does."""
    if not others:
        return None
    listed = ", ".join(str(key) for key in others[:5])
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=subject,
        cause="event-uid",
        sentence=(
            f"Events of this exam stand in exam {listed} too. The exams are kept apart; find out which of them is right "
            "and exclude the other."
        ),
        n=len(others),
        not_seen=("Whether the objects were copied, edited or sent to the wrong patient.",),
    )
