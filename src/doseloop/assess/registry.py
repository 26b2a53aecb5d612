"""Every rule: what it is called, how it runs, what may be set of it, how much it matters and what it cannot see.

One table for the chain, the pages, the command line and the documentation. A rule that is not here is raised by nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

from doseloop.assess import (
    drift,
    heartbeat,
    high_dose,
    level_review,
    level_state,
    low_dose,
    new_name,
    operators,
    protocol_change,
    repeated_scans,
    revised_dose,
    rule_pack_values,
    same_event,
    unit_suspected,
    worse_reports,
    wrong_protocol,
)
from doseloop.assess.rule_settings import Setting, settings_in
from doseloop.model.errors import UnusableInput

Form = Literal["on_exam", "on_period"]
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as everything beside it needs to know it."""

    name: str
    """Stable id, as in its findings."""
    title: str
    form: Form
    """`on_exam` sees one exam and its past, so that a replay gives what was flagged live; `on_period` looks at a series by the
    clock."""
    version: str
    notices: str
    not_seen: str
    severity: Severity
    """high: a dose or an exam needs somebody soon; medium: somebody should look; low: upkeep of the record."""
    settings: type[Any] | None = None
    """The dataclass of what a site may set; None for nothing."""
    is_on: bool = True
    """Whether it runs where a site has decided nothing."""
    may_be_off: bool = True
    """False where something else than a switch says whether it runs."""
    not_replayed: str = ""
    """Why it cannot be tried over the history; empty where it can."""

    @property
    def may_be_replayed(self) -> bool:
        """Whether it can be tried over the history that the record holds."""
        return not self.not_replayed

    @property
    def schema(self) -> tuple[Setting, ...]:
        """What a site may set."""
        return settings_in(self.settings) if self.settings else ()

    @property
    def default(self) -> Any:
        """Its settings where a site has set nothing; None where there are none."""
        return self.settings() if self.settings else None


_RULES: Final = (
    Rule(
        high_dose.RULE, "High dose", "on_exam", high_dose.VERSION,
        "an exam far above others of its procedure and age band at its weight, on its scanner or at the site",
        "indication and difficulty; weight where it is missing; anything with fewer than the least number of exams before it",
        "high", high_dose.HighDoseSettings,
    ),
    Rule(
        low_dose.RULE, "Low dose", "on_exam", low_dose.VERSION,
        "a complete exam far below others of its procedure and age band at its weight, on its scanner or at the site",
        "whether the images answer what was asked for; whether it was stopped, unless it has few events",
        "medium", low_dose.LowDoseSettings,
    ),
    Rule(
        rule_pack_values.RULE, "Rule pack", "on_exam", rule_pack_values.VERSION,
        "a value of one exam, or a mean of the last exams on a scanner, beyond a threshold of a pack that the site goes by",
        "effective doses, tissue reactions, what was intended; which exams were interventions where no name says so",
        "high", may_be_off=False,
    ),
    Rule(
        wrong_protocol.RULE, "Wrong protocol", "on_exam", wrong_protocol.VERSION,
        "an adult protocol on a child, the wrong phantom, another part of the body than was asked for, the wrong contrast",
        "what nobody named: most protocols do not say for whom they are; a child's protocol on an adult",
        "high", wrong_protocol.WrongProtocolSettings,
    ),
    Rule(
        same_event.RULE, "Same event", "on_exam", same_event.VERSION,
        "an irradiation event that stands in two exams", "which of them is right", "medium",
    ),
    Rule(
        revised_dose.RULE, "Revised dose", "on_exam", revised_dose.VERSION,
        "an object that came again with another dose under the same UID", "which of the two doses was given", "medium",
    ),
    Rule(
        new_name.RULE, "New name", "on_exam", new_name.VERSION,
        "an exam with a protocol or acquisition name that its scanner had never used",
        "what the protocol sets, and whether it was meant", "low", new_name.NewNameSettings,
    ),
    Rule(
        protocol_change.RULE, "Protocol changed", "on_period", protocol_change.VERSION,
        "a protocol that its scanner sets otherwise than before, with the software version that it came with",
        "settings that reports do not have; what was meant; protocols with fewer than ten exams", "medium",
        not_replayed="its looks over the history are not followed yet",
    ),
    Rule(
        drift.RULE, "Drift", "on_period", drift.VERSION,
        "the dose of a protocol on a scanner that left what was usual at the patients' sizes, and stayed away",
        "why; a change that began within the first 100 exams of a protocol", "medium",
    ),
    Rule(
        repeated_scans.RULE, "Repeated scans", "on_period", repeated_scans.VERSION,
        "a CT protocol of a scanner whose scan is repeated in more of its exams than before",
        "why; repeated scans under another name or with another range; rises by much less than a tenth of the exams", "medium",
        not_replayed="its looks over the history are not followed yet",
    ),
    Rule(
        level_state.RULE, "Reference level", "on_period", level_state.VERSION,
        "a median of a scanner that went over a reference level that the site compares with",
        "groups with too few exams; sites that have chosen no set", "medium",
        not_replayed="its looks over the history are not followed yet",
    ),
    Rule(
        level_review.RULE, "Review due", "on_period", level_review.VERSION,
        "a scanner whose comparison with reference levels nobody reviewed in time", "reviews that were held elsewhere", "low",
        not_replayed="it goes by reviews and the calendar, so that the record of exams tells nothing about it",
    ),
    Rule(
        heartbeat.RULE, "Silent scanner", "on_period", heartbeat.VERSION,
        "a scanner from which nothing comes in hours in which it usually works",
        "holidays, planned service and cancelled lists; whether the scanner stands still or only its reports do not come",
        "medium",
        not_replayed="it goes by when objects came, which back-filled and late ones tell nothing about",
    ),
    Rule(
        worse_reports.RULE, "Worse reports", "on_period", worse_reports.VERSION,
        "a field that stands in clearly fewer of a scanner's exams than before, with the day and the software that it came with",
        "who leaves it out: scanner, worklist or people; falls by less than 15 percentage points; scanners with few exams", "low",
        not_replayed="its looks over the history are not followed yet",
    ),
    Rule(
        operators.RULE, "Operators", "on_period", operators.VERSION,
        "an operator whose exams have another dose than those of the others, at the same procedures, ages and sizes",
        "what was asked for, difficult patients and teaching; operators of too few exams; sites that show nobody", "medium",
    ),
    Rule(
        unit_suspected.RULE, "Unit suspected", "on_period", unit_suspected.VERSION,
        "a scanner whose quantities do not fit each other by a power of ten",
        "which side is wrong where neither the past, nor other scanners, nor another relation tells", "medium", may_be_off=False,
        not_replayed="once its proposal is accepted the values are repaired, and the evidence is gone from the record",
    ),
)  # fmt: skip
RULES: Final[Mapping[str, Rule]] = MappingProxyType({one.name: one for one in _RULES})
"""By name, in the order of pages."""


def rule_named(name: str) -> Rule:
    """Errors: `UnusableInput` naming those that there are."""
    if name not in RULES:
        raise UnusableInput(f"There is no rule {name!r}; there are {', '.join(RULES)}.")
    return RULES[name]
