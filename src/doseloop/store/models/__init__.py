"""The tables of the record, one concept a file. Only repositories of `store`, `web` and `roles` may see them."""

from doseloop.store.models.asking import AnswerRemark, SavedQuestion
from doseloop.store.models.audit import AuditRow, AuditSeal, Counter, PeerDecision, RefusedPeer
from doseloop.store.models.calibration import TubeCalibration
from doseloop.store.models.case import Case, CaseAction, CaseExam, CaseFile, CaseStep, EffectLookRow
from doseloop.store.models.conceptus import ConceptusVersion
from doseloop.store.models.ct_series import CtSeriesRow
from doseloop.store.models.decision import Decision
from doseloop.store.models.equipment import (
    Scanner,
    ScannerName,
    ScannerSpan,
    Site,
    TimelineEntry,
    UsualWeekRow,
)
from doseloop.store.models.exam import Event, Exam, MethodEdition, Part
from doseloop.store.models.flag import Comment, Flag
from doseloop.store.models.level_set import (
    ChosenLevelSets,
    ConfirmedLevelSet,
    LevelExplanation,
    LevelReview,
    LevelState,
    OwnLevelSet,
)
from doseloop.store.models.local_level import FrozenLevel, FrozenLevelStanding
from doseloop.store.models.notification import Notification, Subscription
from doseloop.store.models.object import DoseObjectRow
from doseloop.store.models.operator_look import OperatorLook
from doseloop.store.models.patient import Identity, Patient, RecordHome, RecordMode
from doseloop.store.models.people import AccountPerson, ExamPerson, Person, RoleAtSite
from doseloop.store.models.procedure import Procedure, ProcedureCode, ProcedureName, ReferenceLevel
from doseloop.store.models.protocol import NewUsualRow, ProtocolUseRow
from doseloop.store.models.repair import RepairProposal, ValueRepairRow
from doseloop.store.models.report import ArchivedReport, ReportMail, ReportSchedule
from doseloop.store.models.rule_pack import ChosenRulePacks, ConfirmedRulePack, OwnRulePack
from doseloop.store.models.rule_setting import RuleReplay, RuleSetting
from doseloop.store.models.size import Measurement, SizeImport
from doseloop.store.models.suspect import SuspectedTest
from doseloop.store.models.token import PeerToken

__all__ = [
    "AccountPerson",
    "AnswerRemark",
    "ArchivedReport",
    "AuditRow",
    "AuditSeal",
    "Case",
    "CaseAction",
    "CaseExam",
    "CaseFile",
    "CaseStep",
    "ChosenLevelSets",
    "ChosenRulePacks",
    "Comment",
    "ConceptusVersion",
    "ConfirmedLevelSet",
    "ConfirmedRulePack",
    "Counter",
    "CtSeriesRow",
    "Decision",
    "DoseObjectRow",
    "EffectLookRow",
    "Event",
    "Exam",
    "ExamPerson",
    "Flag",
    "FrozenLevel",
    "FrozenLevelStanding",
    "Identity",
    "LevelExplanation",
    "LevelReview",
    "LevelState",
    "Measurement",
    "MethodEdition",
    "NewUsualRow",
    "Notification",
    "OperatorLook",
    "OwnLevelSet",
    "OwnRulePack",
    "Part",
    "Patient",
    "PeerDecision",
    "PeerToken",
    "Person",
    "Procedure",
    "ProcedureCode",
    "ProcedureName",
    "ProtocolUseRow",
    "RecordHome",
    "RecordMode",
    "ReferenceLevel",
    "RefusedPeer",
    "RepairProposal",
    "ReportMail",
    "ReportSchedule",
    "RoleAtSite",
    "RuleReplay",
    "RuleSetting",
    "SavedQuestion",
    "Scanner",
    "ScannerName",
    "ScannerSpan",
    "Site",
    "SizeImport",
    "Subscription",
    "SuspectedTest",
    "TimelineEntry",
    "TubeCalibration",
    "UsualWeekRow",
    "ValueRepairRow",
]
