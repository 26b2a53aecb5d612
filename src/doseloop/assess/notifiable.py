"""Whether a rule of a pack is met by what is known of an event, and what is missing where that cannot be said.

Three answers of logic: a condition is so, is not so, or is not known. One that is not so settles that a rule is not for the event;
a value that does not reach the threshold settles that it is not met, whatever else is not known; so knowing more never turns an
answer into its opposite. Thresholds are strict where their source is: `>` is not met by a value that equals it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from doseloop.model.rule_pack import Domain, Exposure, Fact, Nation, Operator, Patient, Region, Rule, RulePack

VERSION: Final = "1"
Outcome = Literal["met", "not met", "not enough known", "for others", "not in force"]
Known = bool | None


@dataclass(frozen=True, slots=True)
class Event:
    """What is known of an exam or incident. None, or a value that is not there, is not known, never 0."""

    on: date | None = None
    domain: Domain | None = None
    region: Region | None = None
    patient: Patient | None = None
    exposure: Exposure | None = None
    nation: Nation | None = None
    facts: Mapping[Fact, bool] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    """By key of a quantity or measure, in its own unit. `intended_msv` is the intended effective dose, `effective_dose_msv` that
    of the whole incident, the intended part too; `exam_to_level` one exam over its reference level."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of an event."""

    pack: RulePack
    rule: Rule
    outcome: Outcome
    computed: float | None = None
    """What was compared with the threshold, in the unit of the rule; None where it is not known."""
    missing: tuple[str, ...] = ()
    """What has to be known for an answer, in words."""
    because: str = ""
    """Why a rule is for others or not in force."""

    @property
    def factor(self) -> float | None:
        """What was compared, in thresholds; None where there is no threshold or it is 0."""
        return None if self.computed is None or not self.rule.value else self.computed / self.rule.value


@dataclass(frozen=True, slots=True)
class _Condition:
    holds: Known
    asked: str
    """What has to be known, in words."""
    otherwise: str
    """Why the rule is for others where it does not hold."""


def answers(event: Event, pack: RulePack) -> tuple[Answer, ...]:
    """What each rule of a pack says of an event, in the order of the pack."""
    return tuple(answer(event, pack, rule) for rule in pack.rules)


def answer(event: Event, pack: RulePack, rule: Rule) -> Answer:
    """What one rule says of an event."""
    dated = _dated(event.on, *pack.bounds_of(rule))
    if dated.holds is False:
        return Answer(pack, rule, "not in force", because=dated.otherwise)
    conditions = list(_conditions(event, rule))
    for one in conditions:
        if one.holds is False:
            return Answer(pack, rule, "for others", because=one.otherwise)
    exact = measured(event.values, rule)
    computed = None if exact is None else float(exact)
    if rule.value is not None and exact is not None and not reaches(exact, rule.operator, rule.value):
        return Answer(pack, rule, "not met", computed)
    missing = [one.asked for one in (dated, *conditions) if one.holds is None]
    if rule.quantity is not None and computed is None:
        missing += _asked_for(event.values, rule.quantity) if rule.window_days is None else [_asked_of_window(rule)]
    return Answer(pack, rule, "not enough known" if missing else "met", computed, tuple(missing))


def reaches(value: float | Fraction, operator: Operator | None, threshold: float) -> bool:
    """Whether a value meets a threshold; one that equals it meets `>=` alone."""
    given, asked = exactly(value), exactly(threshold)
    return given > asked if operator == ">" else given >= asked


def measured(values: Mapping[str, float], rule: Rule) -> Fraction | None:
    """What a rule compares, of the values that are known; None where they do not tell, or the intended dose is 0."""
    known = {key: exactly(value) for key, value in values.items()}
    delivered, intended = known.get("effective_dose_msv"), known.get("intended_msv")
    if rule.quantity == "ratio_to_intended" and delivered is not None and intended:
        return delivered / intended
    if rule.quantity == "excess_effective_dose_msv" and delivered is not None and intended is not None:
        return delivered - intended
    return None if rule.quantity is None else known.get(window_key(rule))


def window_key(rule: Rule) -> str:
    """Under which key of an event's values the rule finds what it compares: `ka_r_mgy`; of several exams `ka_r_mgy in 60 days`."""
    quantity = rule.quantity or ""
    return quantity if rule.window_days is None else f"{quantity} in {rule.window_days} days"


def exactly(value: float | Fraction) -> Fraction:
    """The number that is written: 3.3 over 0.33 is 10, and no less."""
    return value if isinstance(value, Fraction) else Fraction(repr(value))


def _dated(on: date | None, first: date | None, ended: date | None) -> _Condition:
    """An event without a day is judged by the rules that hold still."""
    if on is None:
        return _Condition(None if ended else True, "the date of the event", "")
    if first and on < first:
        return _Condition(False, "", f"Holds since {first.isoformat()}; for days before it no version is held.")
    return _Condition(not (ended and on >= ended), "", f"Held until {ended.isoformat() if ended else ''}.")


def _conditions(event: Event, rule: Rule) -> Iterator[_Condition]:
    if rule.domains:
        yield _one_of(event.domain, rule.domains, "what was done", _DOMAINS)
    if rule.region:
        yield _one_of(event.region, (rule.region,), "what part of the body was examined", _REGIONS)
    if rule.patient:
        yield _one_of(event.patient, (rule.patient,), "whether the patient is an adult or a child", _PATIENTS)
    if rule.exposure:
        yield _one_of(event.exposure, (rule.exposure,), "whether it was accidental or unintended", _EXPOSURES)
    if rule.nations:
        yield _one_of(event.nation, rule.nations, "the nation", NATIONS)
    for fact in rule.facts:
        yield _Condition(event.facts.get(fact), _FACTS[fact][0], f"For {_FACTS[fact][1]}.")
    for fact in rule.without:
        held = event.facts.get(fact)
        yield _Condition(None if held is None else not held, _FACTS[fact][0], f"Not for {_FACTS[fact][1]}.")
    if _bounds_intended(rule):
        yield _intended(event.values.get("intended_msv"), rule)
    if rule.triggered_above is not None:
        yield _triggered(event.values.get("exam_to_level"), rule.triggered_above)


def _one_of(held: str | None, wanted: tuple[str, ...], asked: str, words: Mapping[str, str]) -> _Condition:
    only = " or ".join(words[one] for one in wanted)
    return _Condition(None if held is None else held in wanted, asked, f"For {only}.")


def _bounds_intended(rule: Rule) -> bool:
    return any(
        one is not None
        for one in (
            *(rule.intended_at_least_msv, rule.intended_above_msv),
            *(rule.intended_at_most_msv, rule.intended_below_msv),
        )
    )


def _intended(value: float | None, rule: Rule) -> _Condition:
    asked, otherwise = "the intended dose", "For another intended dose."
    if value is None:
        return _Condition(None, asked, otherwise)
    low = (rule.intended_at_least_msv is None or value >= rule.intended_at_least_msv) and (
        rule.intended_above_msv is None or value > rule.intended_above_msv
    )
    high = (rule.intended_at_most_msv is None or value <= rule.intended_at_most_msv) and (
        rule.intended_below_msv is None or value < rule.intended_below_msv
    )
    return _Condition(low and high, asked, otherwise)


def _triggered(ratio: float | None, above: float) -> _Condition:
    holds = None if ratio is None else ratio > above
    asked = "how many times its reference level the one exam is"
    return _Condition(holds, asked, f"Looked at once one exam is more than {above:g} times its reference level.")


def _asked_of_window(rule: Rule) -> str:
    return f"{_ASKED[rule.quantity or '']} of the patient's exams within {rule.window_days} days together"


def _asked_for(values: Mapping[str, float], quantity: str) -> list[str]:
    """What has to be known for a quantity that could not be computed, in words."""
    if quantity not in ("ratio_to_intended", "excess_effective_dose_msv"):
        return [_ASKED[quantity]]
    if values.get("intended_msv") == 0 and quantity == "ratio_to_intended":
        return ["an intended dose above 0"]
    given = (("effective_dose_msv", "the dose of the whole incident"), ("intended_msv", "the intended dose"))
    return [words for key, words in given if values.get(key) is None]


_DOMAINS: Final[Mapping[str, str]] = {"CT": "CT", "fluoroscopy": "fluoroscopy", "NM": "nuclear medicine"}
_REGIONS: Final[Mapping[str, str]] = {"brain": "the brain", "other": "another part of the body than the brain"}
_PATIENTS: Final[Mapping[str, str]] = {"adult": "adults", "child": "children"}
_EXPOSURES: Final[Mapping[str, str]] = {
    "accidental": "accidental exposures",
    "unintended": "unintended exposures",
}
NATIONS: Final[Mapping[str, str]] = {
    "GB-ENG": "England",
    "GB-NIR": "Northern Ireland",
    "GB-SCT": "Scotland",
    "GB-WLS": "Wales",
}
_FACTS: Final[Mapping[Fact, tuple[str, str]]] = {
    "intervention": ("whether it was an intervention", "interventions"),
    "tissue reaction": ("whether a tissue reaction was observed", "observable tissue reactions"),
    "pregnancy enquiry failed": (
        "whether the procedure of pregnancy enquiries failed",
        "events in which the procedure of pregnancy enquiries failed",
    ),
}
_ASKED: Final[Mapping[str, str]] = {
    "ctdi_vol_mgy": "the CTDIvol",
    "dlp_mgy_cm": "the DLP",
    "dap_gy_cm2": "the KAP",
    "ka_r_mgy": "Ka,r",
    "fluoro_time_s": "the fluoroscopy time",
    "psd_mgy": "the peak skin dose",
    "effective_dose_msv": "the dose of the whole incident",
    "excess_organ_dose_msv": "how far an organ dose is beyond the intended one",
    "ratio_to_local_level": "the dose over the local reference level",
    "fetal_dose_mgy": "the dose to the fetus",
    "mean_to_level": "the mean of the last exams over the reference level",
}
