"""The rule `revised-dose`: an object of this exam came again, under the same SOP Instance UID, with another dose.

A report that is corrected gets a UID of its own (PS3.3 section C.17.3); the same UID with other content is an error of the
sender or a change on the way. The newest is used and both are kept; a person decides which of them is right.
"""

from doseloop.model.flag import Finding

RULE = "revised-dose"
VERSION = "1"


def on_exam(subject: str, revised: bool) -> Finding | None:
    """A finding where an object of the exam was revised; None where none was."""
    if not revised:
        return None
    return Finding(
        rule=RULE,
        version=VERSION,
        subject=subject,
        cause="sop-instance-uid",
        sentence="An object of this exam came again with another dose. The newest is used, both are kept; find out which is right.",
        not_seen=("Which of the two doses was given.",),
    )
