"""An exam's protocols held against its patient and what was asked for: what of the record the rule `wrong-protocol` sees.

Run at every object, also of provisional exams. One statement, and further ones only where a name or an age makes them tell.
"""

from collections import Counter
from functools import lru_cache

from doseloop.access.scope import SYSTEM
from doseloop.assess import wrong_protocol
from doseloop.assess.wrong_protocol import (
    DEFAULT_SETTINGS,
    LEAST_HABIT,
    ContrastUse,
    KvpHabit,
    ProtocolUse,
    Said,
    Scan,
    WrongProtocolSettings,
    names_of,
)
from doseloop.harmonise.described import described
from doseloop.harmonise.scanned import contrast_of
from doseloop.model.flag import Finding
from doseloop.model.procedure import Contrast
from doseloop.reference.procedure_words import vocabulary
from doseloop.reference.procedures import catalogue
from doseloop.reference.protocol_ages import made_for
from doseloop.store import protocol_use
from doseloop.store.protocol_use import UsedProtocol, UsedScan

_CHILDREN = ("child-0-1", "child-1-5", "child-5-10", "child-10-15")
"""Of those from 15 to 18 many are scanned as adults."""
_ADULTS = ("adult",)
_KEPT = 4096
_FEW = 8


def judged(exam: int, settings: WrongProtocolSettings = DEFAULT_SETTINGS) -> list[Finding]:
    """What does not fit in an exam."""
    used = protocol_use.used(SYSTEM, exam)
    return wrong_protocol.on_exam(_as_rule_sees(used), settings) if used else []


def _as_rule_sees(used: UsedProtocol) -> ProtocolUse:
    is_ct = all(one.kind == "ct" for one in used.scans)
    return ProtocolUse(
        subject=f"exam {used.exam}",
        age_years=used.age_years,
        is_ct=is_ct,
        asked=names_of((said(used.requested_procedure), said(used.description))),
        protocol=said(used.protocol_name),
        scans=tuple(_scan(one) for one in used.scans),
        provisional=not used.settled,
        kvp_habit=lambda: _kvp_habit(used),
        contrast=lambda: _contrast(used),
    )


def _scan(one: UsedScan) -> Scan:
    return Scan(said(one.protocol), _coded(one.target_region), one.phantom_cm, one.kvp)


@lru_cache(maxsize=_KEPT)
def said(text: str) -> Said:
    """What the name of a protocol or a study says in CT."""
    if not text.strip():
        return Said("")
    meant = described(text, "CT", vocabulary())
    return Said(text, meant.regions, meant.contrast, made_for(text))


@lru_cache(maxsize=_KEPT)
def _coded(region: str) -> frozenset[str]:
    return catalogue().regions_of((region,)) if region else frozenset()


def _kvp_habit(used: UsedProtocol) -> KvpHabit:
    if not (used.procedure and used.started_at):
        return KvpHabit({})
    return KvpHabit(protocol_use.kvp_before(used, _CHILDREN), lambda: protocol_use.kvp_before(used, _ADULTS))


def _contrast(used: UsedProtocol) -> ContrastUse:
    own = {contrast_of(code) for code in protocol_use.own_contexts(used.exam)}
    known = frozenset(one for one in own if one)
    return (
        ContrastUse(known, lambda: _contrast_before(used)) if len(own) == len(known) == 1 else ContrastUse(frozenset())
    )


def _contrast_before(used: UsedProtocol) -> Counter[Contrast]:
    """Of the last few, and of many only where those agree."""
    few = _counted(used, _FEW)
    return _counted(used, LEAST_HABIT) if len(few) == 1 else few


def _counted(used: UsedProtocol, most: int) -> Counter[Contrast]:
    (protocol, *others) = {one.protocol for one in used.scans}
    if others or not used.started_at:
        return Counter()
    codes = protocol_use.contexts_before(used, protocol, most)
    return Counter(known for code in codes if (known := contrast_of(code)))
