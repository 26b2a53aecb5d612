"""What the audit holds: its rows as records, and its words with their DICOM codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of the audit (time UTC). Patients are known by key; `identified` is None where nobody was shown."""

    id: int
    at: datetime
    account: int | None
    actor: str
    address: str
    action: str
    subject: str
    patient_key: int | None
    identified: bool | None
    """Whether name, number or birth date stood beside the patient's doses."""
    site: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An action as DICOM names it: event (PS3.16 CID 400), its type (CID 401) where there is one, and what it does."""

    code: str
    kind: str = ""
    does: Literal["C", "R", "U", "D", "E"] = "E"
    """Create, read, update, delete or execute (PS3.15 A.5.1, EventActionCode)."""
    outcome: Literal["0", "4", "8"] = "0"
    """Success, minor failure, serious failure (PS3.15 A.5.1, EventOutcomeIndicator)."""


_APPLICATION, _AUDIT_USED, _DELETED, _EXPORT = "110100", "110101", "110105", "110106"
_PATIENT, _PROCEDURE, _ALERT, _AUTHENTICATION = "110110", "110111", "110113", "110114"
_START, _STOP, _LOGIN, _LOGOUT = "110120", "110121", "110122", "110123"
_NETWORK, _SECURITY, _SOFTWARE, _ROLES, _ATTRIBUTES = "110128", "110129", "110131", "110136", "110137"

ACTIONS: Mapping[str, Event] = {
    "saw": Event(_PROCEDURE, does="R"),
    "exported": Event(_EXPORT, does="R"),
    "asked": Event(_APPLICATION, does="R"),
    "asked a language model": Event(_APPLICATION),
    "used a tool": Event(_APPLICATION, does="R"),
    "saved a question": Event(_APPLICATION, does="C"),
    "removed a question": Event(_APPLICATION, does="D"),
    "said an answer is wrong": Event(_APPLICATION, does="C"),
    "read remarks on answers": Event(_APPLICATION, does="R"),
    "looked after a remark": Event(_APPLICATION, does="U"),
    "used the audit": Event(_AUDIT_USED, does="R"),
    "verified the audit": Event(_AUDIT_USED, does="R"),
    "commented": Event(_PROCEDURE, does="C"),
    "excluded": Event(_PROCEDURE, does="U"),
    "included again": Event(_PROCEDURE, does="U"),
    "set aside": Event(_PROCEDURE, does="U"),
    "reopened": Event(_PROCEDURE, does="U"),
    "made a case": Event(_PROCEDURE, does="U"),
    "added to a case": Event(_PROCEDURE, does="U"),
    "case changed": Event(_ALERT, _ATTRIBUTES, "U"),
    "case commented": Event(_ALERT, _ATTRIBUTES, "U"),
    "exam linked to a case": Event(_PROCEDURE, does="U"),
    "exam taken from a case": Event(_PROCEDURE, does="U"),
    "file added to a case": Event(_APPLICATION, does="C"),
    "action of a case recorded": Event(_ALERT, _ATTRIBUTES, "U"),
    "action of a case undone": Event(_ALERT, _ATTRIBUTES, "U"),
    "effect of a case as expected": Event(_ALERT, _ATTRIBUTES, "U"),
    "effect of a case not as expected": Event(_ALERT, _ATTRIBUTES, "U"),
    "effect of a case cannot be told": Event(_ALERT, _ATTRIBUTES, "U"),
    "case closed": Event(_ALERT, _ATTRIBUTES, "U"),
    "case reopened": Event(_ALERT, _ATTRIBUTES, "U"),
    "judged flag changed": Event(_PROCEDURE, does="U"),
    "moved to another patient": Event(_PATIENT, does="U"),
    "exams joined": Event(_PATIENT, does="U"),
    "patients merged": Event(_PATIENT, does="U"),
    "sizes imported": Event(_PATIENT, does="U"),
    "name mapped": Event(_ALERT, _ATTRIBUTES, "U"),
    "codes imported": Event(_ALERT, _SOFTWARE, "U"),
    "levels imported": Event(_ALERT, _SOFTWARE, "C"),
    "levels chosen": Event(_ALERT, _SOFTWARE, "U"),
    "levels confirmed": Event(_ALERT, _SOFTWARE, "U"),
    "level explained": Event(_ALERT, _SOFTWARE, "U"),
    "levels reviewed": Event(_ALERT, _SOFTWARE, "U"),
    "local level decided": Event(_ALERT, _SOFTWARE, "U"),
    "report made": Event(_APPLICATION, does="C"),
    "report signed": Event(_APPLICATION, does="U"),
    "report mail asked for": Event(_EXPORT, does="R"),
    "report mailed": Event(_EXPORT, does="R"),
    "report scheduled": Event(_ALERT, _SOFTWARE, "C"),
    "report schedule stopped": Event(_ALERT, _SOFTWARE, "U"),
    "notification set up": Event(_ALERT, _SOFTWARE, "C"),
    "notification changed": Event(_ALERT, _SOFTWARE, "U"),
    "notification removed": Event(_ALERT, _SOFTWARE, "D"),
    "notification tested": Event(_EXPORT, does="R"),
    "notified": Event(_EXPORT, does="R"),
    "conceptus report saved": Event(_PROCEDURE, does="C"),
    "conceptus report signed": Event(_PROCEDURE, does="U"),
    "rules imported": Event(_ALERT, _SOFTWARE, "C"),
    "rules chosen": Event(_ALERT, _SOFTWARE, "U"),
    "rules confirmed": Event(_ALERT, _SOFTWARE, "U"),
    "rule set": Event(_ALERT, _SOFTWARE, "U"),
    "rule tried": Event(_APPLICATION),
    "said who a name is": Event(_ALERT, _ATTRIBUTES, "U"),
    "said who an account is": Event(_ALERT, _ROLES, "U"),
    "scanners merged": Event(_ALERT, _ATTRIBUTES, "U"),
    "scanner named": Event(_ALERT, _ATTRIBUTES, "U"),
    "timeline changed": Event(_ALERT, _ATTRIBUTES, "U"),
    "value repaired": Event(_ALERT, _ATTRIBUTES, "U"),
    "new usual decided": Event(_ALERT, _ATTRIBUTES, "U"),
    "tube calibrated": Event(_ALERT, _ATTRIBUTES, "U"),
    "repair declined": Event(_ALERT, _ATTRIBUTES, "U"),
    "repair proposed again": Event(_ALERT, _ATTRIBUTES, "U"),
    "test exam declined": Event(_PROCEDURE, does="U"),
    "signed in": Event(_AUTHENTICATION, _LOGIN),
    "signed out": Event(_AUTHENTICATION, _LOGOUT),
    "failed to sign in": Event(_AUTHENTICATION, _LOGIN, outcome="4"),
    "locked out": Event(_AUTHENTICATION, _LOGIN, outcome="8"),
    "changed the password": Event(_ALERT, _ATTRIBUTES, "U"),
    "made account": Event(_ALERT, _ATTRIBUTES, "C"),
    "granted": Event(_ALERT, _ROLES, "U"),
    "set up": Event(_ALERT, _SOFTWARE, "U"),
    "settings changed": Event(_ALERT, _SOFTWARE, "U"),
    "admitted": Event(_ALERT, _NETWORK, "U"),
    "ignored": Event(_ALERT, _NETWORK, "U"),
    "took back": Event(_ALERT, _NETWORK, "U"),
    "rotated key": Event(_ALERT, _SECURITY, "U"),
    "made token": Event(_ALERT, _SECURITY, "C"),
    "revoked token": Event(_ALERT, _SECURITY, "U"),
    "started": Event(_APPLICATION, _START),
    "stopped": Event(_APPLICATION, _STOP),
    "retried": Event(_PROCEDURE),
    "backed up": Event(_EXPORT, does="R"),
    "restored": Event(_ALERT, _SOFTWARE, "U"),
    "recomputed": Event(_PROCEDURE, does="U"),
    "reprocessed": Event(_PROCEDURE, does="U"),
    "destroyed": Event(_DELETED, does="D"),
}
"""Every action of the audit. One that is not listed is exported as an Application Activity."""

OTHER = Event(_APPLICATION)
"""What an action that is not of the list is exported as."""
