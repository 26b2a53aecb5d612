"""Rule packs: from which values on an event is reported to an authority, or a patient followed up, by whose rule and since when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from doseloop.model.reference_level import Printed

About = Literal["one exam", "group of exams", "incident"]
Operator = Literal[">", ">="]
Domain = Literal["CT", "fluoroscopy", "NM"]
Region = Literal["brain", "other"]
Patient = Literal["adult", "child"]
Exposure = Literal["accidental", "unintended"]
Nation = Literal["GB-ENG", "GB-NIR", "GB-SCT", "GB-WLS"]
"""ISO 3166-2."""
Fact = Literal["intervention", "tissue reaction", "pregnancy enquiry failed"]
"""What somebody says of an event by yes or no."""
Purpose = Literal["notification", "follow-up"]
Verification = Literal["primary", "primary_mirror", "secondary_multiple", "secondary", "own"]
VERIFIED: Final = frozenset(("primary", "primary_mirror"))


@dataclass(frozen=True, slots=True)
class Measure:
    """What a rule compares, where it is no quantity that an exam has by itself."""

    name: str
    unit: str
    """Empty of a ratio."""


MEASURES: Final[Mapping[str, Measure]] = {
    "ratio_to_intended": Measure("Dose of the whole incident over the intended dose", ""),
    "excess_effective_dose_msv": Measure("Effective dose beyond the intended one", "mSv"),
    "excess_organ_dose_msv": Measure("Organ dose beyond the intended one", "mSv"),
    "ratio_to_local_level": Measure("Dose over the local reference level", ""),
    "fetal_dose_mgy": Measure("Dose to the fetus", "mGy"),
    "mean_to_level": Measure("Mean of the last exams over the reference level", ""),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. What it does not narrow is empty or None."""

    id: str
    about: About
    title: str
    """What it looks at, in words: `CTDIvol of a CT of the brain`."""
    action: str
    """What it asks for where it is met."""
    quantity: str | None = None
    """Key of `quantities` or of `MEASURES`; None where the facts alone are asked for."""
    operator: Operator | None = None
    """Exactly as the source has it: a value that equals the threshold meets `>=` alone."""
    value: float | None = None
    """The threshold, in the quantity's own unit."""
    printed: Printed | None = None
    code: str | None = None
    """The source's own number of the rule."""
    domains: tuple[Domain, ...] = ()
    region: Region | None = None
    patient: Patient | None = None
    exposure: Exposure | None = None
    nations: tuple[Nation, ...] = ()
    facts: tuple[Fact, ...] = ()
    """What has to be so."""
    without: tuple[Fact, ...] = ()
    """What must not be so."""
    intended_at_least_msv: float | None = None
    intended_above_msv: float | None = None
    intended_at_most_msv: float | None = None
    intended_below_msv: float | None = None
    last: int | None = None
    """Of a rule about a group: how many exams."""
    triggered_above: float | None = None
    """Of a rule about a group: looked at once one exam is more than so many times its reference level."""
    window_days: int | None = None
    """Of a rule about one exam: the quantity is added over the patient's exams that started within so many days, this one too."""
    valid_from: date | None = None
    """None where the source as read does not say."""
    valid_to: date | None = None
    """First day on which it did not hold any more."""
    url: str | None = None
    """The rule's own source, where it is another than the pack's; likewise below."""
    seen_at: str | None = None
    verification: Verification | None = None
    left_open: tuple[str, ...] = ()
    """What the source leaves open, or what no object tells: sentences that stand with each finding."""
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one authority, with their source."""

    key: str
    country: str
    """ISO 3166-1 alpha-2; INT for no country."""
    authority: str
    title: str
    url: str
    seen_at: str
    """Where the rules were read."""
    verification: Verification
    purpose: Purpose
    rules: tuple[Rule, ...]
    valid_from: date | None = None
    valid_to: date | None = None
    brain: frozenset[str] = frozenset()
    """Procedures of our catalogue that are of the brain alone."""
    interventions: frozenset[str] = frozenset()
    """Procedures of our catalogue that are interventions; others that are known are none."""
    author: str | None = None
    """Of a site's own pack."""
    notes: tuple[str, ...] = field(default=())

    def verification_of(self, rule: Rule) -> Verification:
        """How one of its rules was verified."""
        return rule.verification or self.verification

    def is_verified(self, rule: Rule) -> bool:
        """Whether one of its rules was read in the authority's own text."""
        return self.verification_of(rule) in VERIFIED

    @property
    def unverified(self) -> tuple[Rule, ...]:
        """Its rules that hold only where a site has confirmed the pack."""
        return tuple(rule for rule in self.rules if not self.is_verified(rule))

    def in_force(self, *, confirmed: bool) -> Iterator[Rule]:
        """The rules that a site goes by: the verified ones, and all where it has confirmed the pack."""
        return (rule for rule in self.rules if confirmed or self.is_verified(rule))

    def bounds_of(self, rule: Rule) -> tuple[date | None, date | None]:
        """The first day on which a rule holds, and the first on which it does not hold any more."""
        return rule.valid_from or self.valid_from, rule.valid_to or self.valid_to

    def url_of(self, rule: Rule) -> str:
        """Where the rule's source stands; empty where a site named none."""
        return rule.url or self.url
