"""An exam held against the rule packs that its site goes by: what of the record the rules see, and what comes of it.

Run at every object, also of provisional exams. A site that goes by no pack costs one look-up; an exam that is near no threshold and
under three times its reference level costs no more.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from doseloop.access.scope import SYSTEM
from doseloop.assess import group_of_twenty, patient_window, rule_pack_values
from doseloop.assess.group_of_twenty import GroupExam, Kind
from doseloop.assess.rule_pack_values import DOMAINS, JudgedExam, JudgedPart, Noticed
from doseloop.harmonise.age_bands import AGE_BANDS
from doseloop.model.patient_group import AgeBand
from doseloop.model.rule_pack import Patient, Rule, RulePack
from doseloop.reference.rule_packs import MOST_WINDOW_DAYS
from doseloop.store import history
from doseloop.store.findings import ExamFinding
from doseloop.store.history import PartFacts
from doseloop.store.patient_window import later_exams, parts_before, site_of
from doseloop.store.rules_in_force import RulesInForce, confirmed, levels_for, rules_in_force
from doseloop.store.scanner_list import scanner_names

_BANDS = {band.key: band for band in AGE_BANDS}


def judged(parts: Sequence[PartFacts]) -> list[ExamFinding]:
    """What the packs of the exam's site find in its parts; each rule finds one thing."""
    given = rules_in_force(SYSTEM, parts[0].site) if parts else None
    if given is None:
        return []
    exam = _exam(parts)
    return [
        ExamFinding(one.finding, one.procedure) for pack in given.packs for one in _of_pack(given, pack, exam, parts)
    ]


def judged_part(part: PartFacts) -> JudgedPart:
    """A part as rules see it."""
    band = _BANDS.get(part.age_band)
    return JudgedPart(part.modality, part.procedure, part.procedure_name, _patient(band), part.doses)


def _patient(band: AgeBand | None) -> Patient | None:
    if band is None:
        return None
    return "adult" if band.category == "adult" else "child"


def day_of(started_at: str) -> date | None:
    """The day of a recorded wall clock; None where there is none."""
    try:
        return date.fromisoformat(started_at[:10])
    except ValueError:
        return None


def _exam(parts: Sequence[PartFacts]) -> JudgedExam:
    first = parts[0]
    found = tuple(judged_part(part) for part in parts)
    return JudgedExam(f"exam {first.exam}", day_of(first.started_at), found, provisional=not first.settled)


def _of_pack(given: RulesInForce, pack: RulePack, exam: JudgedExam, parts: Sequence[PartFacts]) -> Iterator[Noticed]:
    found = rule_pack_values.on_exam(exam, pack, pack.rules)
    for rule in pack.rules:
        if rule.about == "group of exams":
            found += _of_group(given, pack, rule, exam, parts)
    found += _of_patient(pack, exam, parts[0].exam)
    unverified = {rule.id for rule in pack.unverified}
    for one in found:
        if one.finding.cause not in unverified or confirmed(SYSTEM, given, pack):
            yield one


def _of_patient(pack: RulePack, exam: JudgedExam, key: int) -> list[Noticed]:
    """What rules about several exams of a patient find; looked up where the exam has a quantity that one of them adds."""
    own = {quantity for part in exam.parts for quantity in part.doses}
    rules = [rule for rule in patient_window.rules_with_window(pack) if rule.quantity in own]
    if not rules:
        return []
    earlier = parts_before(SYSTEM, key, max(rule.window_days or 0 for rule in rules))
    found = (patient_window.on_exam(exam, earlier, pack, rule) for rule in rules)
    return [one for one in found if one is not None]


def touched(exam: int) -> list[int]:
    """Later exams of the patient whose sums hold this one, by the rules of its site: they have to be judged again."""
    later = later_exams(SYSTEM, exam, MOST_WINDOW_DAYS)
    given = rules_in_force(SYSTEM, site_of(exam)) if later else None
    packs = given.packs if given else ()
    days = [rule.window_days or 0 for pack in packs for rule in patient_window.rules_with_window(pack)]
    return later_exams(SYSTEM, exam, max(days)) if days else []


def _of_group(
    given: RulesInForce, pack: RulePack, rule: Rule, exam: JudgedExam, parts: Sequence[PartFacts]
) -> list[Noticed]:
    """The strongest finding of a rule about groups over all parts and quantities."""
    found = [one for part in parts for one in _of_part(given, pack, rule, exam, part)]
    return sorted(found, key=lambda one: -(one.finding.factor or 0.0))[:1]


def _of_part(given: RulesInForce, pack: RulePack, rule: Rule, exam: JudgedExam, part: PartFacts) -> Iterator[Noticed]:
    band = _BANDS.get(part.age_band)
    if band is None or part.modality not in DOMAINS:
        return
    levels, past = levels_for(given, pack), None
    for quantity in part.doses:
        rows = levels.get((part.procedure, quantity))
        own = _member(part, quantity)
        kind = Kind(judged_part(part), quantity, band, "")
        level = group_of_twenty.level_of(kind, own, rows) if rows and own else None
        if own is None or level is None or not group_of_twenty.is_begun(exam, kind, own, pack, rule, level):
            continue
        past = history.on_scanner(SYSTEM, part) if past is None else past
        before = [one for other in past if (one := _member(other, quantity)) is not None]
        named = Kind(kind.part, quantity, band, scanner_names(SYSTEM).get(part.scanner, "its scanner"))
        finding = group_of_twenty.on_exam(exam, named, own, before, pack, rule, level)
        if finding is not None:
            yield Noticed(finding, part.procedure)


def _member(part: PartFacts, quantity: str) -> GroupExam | None:
    value = part.doses.get(quantity)
    return None if value is None else GroupExam(value, part.weight_kg, part.phantom_cm, not part.settled)
