"""Proposals of repairs, rules, and exams that look like tests, as tables for the page and for files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse

from doseloop.assess.powers_of_ten import OTHER_SCANNERS, OWN_PAST
from doseloop.model.quantities import QUANTITIES
from doseloop.report.table import Column, Row, Table
from doseloop.store.repair_proposals import ProposalShown
from doseloop.store.suspected_tests import SetApart, SuspectShown
from doseloop.store.value_repairs import RepairShown, factor_said
from doseloop.web.tables import plain_number

_SIDES = {
    "reference_area_cm2": "field area",
    "scanning_length_mm": "scanning length",
    "exposure_time_ms": "exposure time",
}
_PROPOSALS = (
    Column("what", "What"),
    Column("repair", "Repair"),
    Column("since", "Since"),
    Column("exams", "Exams", "number"),
    Column("ratio", "Median ratio", "number"),
    Column("evidence", "What says so"),
    Column("state", "State", "state"),
)
_RULES = (
    Column("id", "Rule"),
    Column("what", "What"),
    Column("repair", "Repair"),
    Column("days", "Study dates"),
    Column("reason", "Reason"),
    Column("author", "By"),
    Column("state", "State", "state"),
)
_TESTS = (
    Column("exam", "Exam"),
    Column("started", "Started", "time"),
    Column("scanner", "Scanner"),
    Column("as", "Looks like"),
    Column("confidence", "Confidence"),
    Column("evidence", "Why"),
)
_APART = (
    Column("exam", "Exam"),
    Column("started", "Started", "time"),
    Column("scanner", "Scanner"),
    Column("as", "Set apart as"),
    Column("reason", "Reason"),
)


@dataclass(frozen=True, slots=True)
class WitnessSaid:
    """One witness in words."""

    says: str
    quantity: str
    words: str


def proposals(found: Iterable[ProposalShown], names: Mapping[int, str]) -> Table:
    """One row for each proposal."""
    return Table("plausibility", "Proposed repairs", _PROPOSALS, (_proposal(one, names) for one in found))


def rules(found: Iterable[RepairShown], names: Mapping[int, str]) -> Table:
    """One row for each rule, in force or taken back."""
    return Table("plausibility-rules", "Repairs of values", _RULES, (_rule(one, names) for one in found))


def tests(found: Iterable[SuspectShown]) -> Table:
    """One row for each exam that waits."""
    rows = (
        Row((f"exam {one.exam}", one.started_at, one.scanner_name, one.as_what, one.confidence, " ".join(one.evidence)))
        for one in found
    )
    return Table("plausibility-tests", "Exams that look like phantoms or tests", _TESTS, rows)


def apart(found: Iterable[SetApart]) -> Table:
    """One row for each exam that was set apart."""
    rows = (Row((f"exam {one.exam}", one.started_at, one.scanner_name, one.excluded_as, one.reason)) for one in found)
    return Table("plausibility-apart", "Exams that were set apart", _APART, rows)


def what_of(quantity: str, source: str, of_total: bool) -> str:
    """`KAP in reports`, `stated total of DLP in reports`."""
    symbol = QUANTITIES[quantity].symbol
    return f"{'stated total of ' if of_total else ''}{symbol} in {source}s"


def days_of(since: str, until: str) -> str:
    """The study dates of a rule in words."""
    if not since and not until:
        return "every day"
    return f"{since or 'the first'} to {until}" if until else f"since {since}"


def said_by(one: ProposalShown) -> Iterator[WitnessSaid]:
    """What each witness says, in words with its number."""
    for witness in one.evidence["witnesses"]:
        name = _side(witness["quantity"])
        times = plain_number(10 ** witness["decades"])
        yield WitnessSaid(
            witness["says"], name, f"{name} is {times} times {_that(witness['name'])} (n = {witness['n']})"
        )


def _that(witness: str) -> str:
    return f"that of {witness}" if witness in (OWN_PAST, OTHER_SCANNERS) else f"what fits {witness}"


def _side(key: str) -> str:
    plain = key.removesuffix(" total")
    symbol = QUANTITIES[plain].symbol if plain in QUANTITIES else _SIDES.get(plain, plain)
    return f"stated total of {symbol}" if key.endswith(" total") else symbol


def _proposal(one: ProposalShown, names: Mapping[int, str]) -> Row:
    wrong = [said.words for said in said_by(one) if said.says == "wrong"]
    return Row(
        (
            f"{names.get(one.scanner, one.scanner_name)}: {what_of(one.quantity, one.source, one.of_total)}",
            factor_said(one.power), days_of(one.since, one.until), one.exams, float(one.evidence["median_ratio"]),
            "; ".join(wrong) or one.evidence["relation"], one.state,
        ),
        links={"what": reverse("plausibility-proposal", args=[one.id])},
        tones={"state": {"proposed": "above", "accepted": "good"}.get(one.state, "quiet")},
        notes={"what": one.site_name, "state": one.reason},
    )  # fmt: skip


def _rule(one: RepairShown, names: Mapping[int, str]) -> Row:
    what = f"{names.get(one.scanner, one.scanner_name)}: {what_of(one.quantity, one.source, one.of_total)}"
    state = "in force" if one.in_force else "taken back"
    return Row(
        (one.id, what, factor_said(one.power), days_of(one.since, one.until), one.reason, one.author, state),
        tones={"state": "good" if one.in_force else "quiet"},
    )
