"""Rows of the audit as FHIR AuditEvent (R4), the form of PS3.15 A.5 audit messages that IHE ATNA's RESTful feed carries."""

from typing import Any

from doseloop.model.audit import ACTIONS, OTHER, AuditRecord

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ENTITY_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_PERSON, _SYSTEM_OBJECT = ("1", "Person"), ("2", "System Object")
_PATIENT, _REPORT = ("1", "Patient"), ("3", "Report")
_MACHINE_NAME, _NETWORK_ADDRESS = "1", "2"
_MEANINGS = {
    "110100": "Application Activity",
    "110101": "Audit Log Used",
    "110105": "DICOM Study Deleted",
    "110106": "Export",
    "110110": "Patient Record",
    "110111": "Procedure Record",
    "110113": "Security Alert",
    "110114": "User Authentication",
    "110120": "Application Start",
    "110121": "Application Stop",
    "110122": "Login",
    "110123": "Logout",
    "110128": "Network Configuration",
    "110129": "Security Configuration",
    "110131": "Software Configuration",
    "110136": "Security Roles Changed",
    "110137": "User Security Attributes Changed",
}


def audit_event(row: AuditRecord, installation: str) -> dict[str, Any]:
    """The event as JSON. Patients are named by our key, never by identity; `installation` names the audit source."""
    event = ACTIONS.get(row.action, OTHER)
    made = {
        "resourceType": "AuditEvent",
        "id": str(row.id),
        "type": _dcm(event.code),
        "action": event.does,
        "recorded": row.at.isoformat(),
        "outcome": event.outcome,
        "outcomeDesc": row.action,
        "agent": [_agent(row)],
        "source": {
            "site": "" if row.site is None else f"site {row.site}",
            "observer": {"display": installation},
            "type": [{"system": _SOURCE_TYPE, "code": "4", "display": "Application Server"}],
        },
        "entity": [*_patient(row), _subject(row)],
    }
    if event.kind:
        made["subtype"] = [_dcm(event.kind)]
    if row.site is None:
        del made["source"]["site"]  # type: ignore[attr-defined]
    return made


def _dcm(code: str) -> dict[str, str]:
    return {"system": _DCM, "code": code, "display": _MEANINGS[code]}


def _agent(row: AuditRecord) -> dict[str, Any]:
    who = row.actor if row.account is None else str(row.account)
    agent: dict[str, Any] = {"who": {"identifier": {"value": who}}, "name": row.actor, "requestor": True}
    if row.address:
        kind = _NETWORK_ADDRESS if row.address[:1].isdigit() or ":" in row.address else _MACHINE_NAME
        agent["network"] = {"address": row.address, "type": kind}
    return agent


def _patient(row: AuditRecord) -> list[dict[str, Any]]:
    if row.patient_key is None:
        return []
    detail = [] if row.identified is None else [_detail("identity", "shown" if row.identified else "not shown")]
    return [_entity(f"patient {row.patient_key}", _PERSON, _PATIENT, detail)]


def _subject(row: AuditRecord) -> dict[str, Any]:
    detail = [_detail(f"before {name}", value) for name, value in row.before.items()]
    detail += [_detail(f"after {name}", value) for name, value in row.after.items()]
    return _entity(row.subject, _SYSTEM_OBJECT, _REPORT, detail)


def _entity(name: str, kind: tuple[str, str], role: tuple[str, str], detail: list[dict[str, str]]) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "what": {"identifier": {"value": name}},
        "type": {"system": _ENTITY_TYPE, "code": kind[0], "display": kind[1]},
        "role": {"system": _ENTITY_ROLE, "code": role[0], "display": role[1]},
    }
    if detail:
        entity["detail"] = detail
    return entity


def _detail(name: str, value: object) -> dict[str, str]:
    return {"type": name, "valueString": str(value) or "–"}
