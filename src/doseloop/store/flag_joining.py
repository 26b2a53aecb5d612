"""Flags of one cause become one: kept by the worker's clock, as flags come, change and go (`assess.one_cause`)."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from doseloop.assess import one_cause
from doseloop.assess.one_cause import ExamFlag, ScannerFlag, UnitFlag
from doseloop.model.flag import Dated
from doseloop.store.models import Flag, ProtocolUseRow, Scanner

_State = Flag.State


def scanners_to_join() -> list[int]:
    """Scanners whose flags may have a cause in common: a drift or a suspected unit stands there, or flags are joined."""
    drifting = Flag.objects.filter(rule__in=one_cause.LEADS, state__in=(_State.OPEN, _State.CASE), exam=None)
    known = drifting.values_list("scanner_id", flat=True)
    members = Flag.objects.exclude(joined_to=None).filter(state=_State.OPEN).values_list("scanner_id", flat=True)
    return sorted({key for key in (*known, *members) if key is not None})


@transaction.atomic
def join(scanner: int) -> int:
    """Join the scanner's open flags of one cause, and free those whose lead is none any more. Returns how many moved.

    What was joined when a person set the lead aside stays with it: it was judged with it.
    """
    Scanner.objects.select_for_update(no_key=True).get(pk=scanner)
    standing = Flag.objects.filter(scanner=scanner, state__in=(_State.OPEN, _State.CASE)).order_by("pk")
    of_scanner = [one for one in map(_of_scanner, standing.filter(rule__in=one_cause.RULES, exam=None)) if one]
    of_units = [one for one in map(_of_unit, standing.filter(rule=one_cause.UNIT)) if one]
    leads = of_units or any(one.rule == one_cause.RULES[0] for one in of_scanner)
    singles = _singles(standing.filter(rule__in=one_cause.SINGLES, state=_State.OPEN)) if leads else []
    wanted = one_cause.joined(of_scanner, singles, of_units)
    about = Flag.objects.filter(scanner=scanner, state=_State.OPEN, rule__in=(*one_cause.RULES, *one_cause.SINGLES))
    moved = 0
    for row in about.select_related("joined_to").only("pk", "joined_to__state", "joined_to__joined_to"):
        lead = wanted.get(row.pk)
        is_judged = row.joined_to is not None and row.joined_to.state == _State.SET_ASIDE
        if lead != row.joined_to_id and not (lead is None and is_judged):
            moved += Flag.objects.filter(pk=row.pk).update(joined_to=lead)
    return moved


def _of_scanner(row: Flag) -> ScannerFlag | None:
    """None of one that was raised before flags had dates: its next evaluation gives it one."""
    told = row.evidence.get("dated")
    if not told:
        return None
    dated = Dated(**{**told, "protocols": tuple(told["protocols"])})
    factor = row.evidence.get("factor")
    return ScannerFlag(
        flag=row.pk, rule=row.rule, protocols=dated.protocols, since=dated.since, earliest=dated.earliest,
        latest=dated.latest, factor=factor, is_followed=row.state == _State.CASE,
    )  # fmt: skip


def _of_unit(row: Flag) -> UnitFlag | None:
    """None of one that was raised before its evidence held what it is of: its next evaluation gives it that."""
    told, quantity, factor = (row.evidence.get(name) for name in ("dated", "quantity", "factor"))
    return UnitFlag(row.pk, quantity, told["since"], factor) if told and quantity and factor else None


def _singles(rows: "QuerySet[Flag]") -> list[ExamFlag]:
    names = ("value", "threshold", "quantity")
    of_exams = rows.exclude(exam=None).select_related("exam")
    listed = [(row, *(row.evidence.get(name) for name in names)) for row in of_exams]
    uses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    found = ProtocolUseRow.objects.filter(exam__in=[row.exam_id for row, *_ in listed])
    for exam, protocol, started_at in found.values_list("exam_id", "protocol", "started_at"):
        uses[exam].append((protocol, started_at))
    return [
        ExamFlag(row.pk, tuple(name for name, _ in uses[row.exam_id]), _start(row, uses[row.exam_id]), *told)
        for row, *told in listed
        if None not in told
    ]


def _start(row: Flag, uses: Sequence[tuple[str, str]]) -> str:
    return uses[0][1] if uses or row.exam is None else row.exam.started_at
