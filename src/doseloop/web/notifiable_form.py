"""The form of the calculator: what may be told of an event, and the event that an address tells of."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, cast

from doseloop.assess.notifiable import NATIONS, Event
from doseloop.model.quantities import QUANTITIES, unit_of
from doseloop.model.rule_pack import Domain, Exposure, Fact, Nation, Patient, Region, Rule, RulePack

Choices = tuple[tuple[str, str], ...]
_NUMBER: Final = re.compile(r"\d{1,9}(\.\d{1,12})?")
_YES_NO: Final[Choices] = (("yes", "Yes"), ("no", "No"))
_SECTIONS: Final = ("What happened", "Doses of the exam", "The incident", "The last exams of its kind")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that may be told. `asked` names what rules look at, where it is shown for them alone."""

    name: str
    label: str
    section: str
    asked: str = ""
    quantity: str = ""
    """Key of a quantity, which has a choice of units beside it."""
    unit: str = ""
    choices: Choices = ()
    hint: str = ""
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with what stands in it."""

    field: Field
    text: str
    unit: str
    fault: str

    @property
    def units(self) -> tuple[str, ...]:
        """Units that the number may be in; empty where there is one."""
        known = QUANTITIES[self.field.quantity].units if self.field.quantity else ()
        return tuple(one.label for one in known) if len(known) > 1 else ()

    @property
    def own_unit(self) -> str:
        """The unit where there is no choice of one."""
        return QUANTITIES[self.field.quantity].unit if self.field.quantity else self.field.unit


FIELDS: Final = (
    Field("on", "Date of the event", _SECTIONS[0], is_day=True),
    Field("domain", "What was done", _SECTIONS[0], "domain",
          choices=(("CT", "CT"), ("fluoroscopy", "Fluoroscopy"), ("NM", "Nuclear medicine"))),
    Field("region", "Part of the body (CT)", _SECTIONS[0], "region", choices=(("brain", "Brain"), ("other", "Another part"))),
    Field("intervention", "An intervention", _SECTIONS[0], "intervention", choices=_YES_NO),
    Field("patient", "Patient", _SECTIONS[0], "patient", choices=(("adult", "Adult"), ("child", "Child, under 18"))),
    Field("ctdi_vol", "CTDIvol, highest of one scan", _SECTIONS[1], "ctdi_vol_mgy", "ctdi_vol_mgy"),
    Field("dlp", "DLP in total", _SECTIONS[1], "dlp_mgy_cm", "dlp_mgy_cm"),
    Field("kap", "KAP in total", _SECTIONS[1], "dap_gy_cm2", "dap_gy_cm2"),
    Field("ka_r", "Ka,r in total", _SECTIONS[1], "ka_r_mgy", "ka_r_mgy"),
    Field("fluoro_time", "Fluoroscopy time", _SECTIONS[1], "fluoro_time_s", "fluoro_time_s"),
    Field("psd", "Peak skin dose", _SECTIONS[1], "psd_mgy", "psd_mgy"),
    Field("exposure", "The exposure was", _SECTIONS[2], "exposure", hint="Accidental: of somebody who should have had none.",
          choices=(("accidental", "Accidental"), ("unintended", "Unintended"))),
    Field("nation", "Nation", _SECTIONS[2], "nation", choices=tuple(NATIONS.items())),
    Field("intended", "Intended dose", _SECTIONS[2], "intended", unit="mSv"),
    Field("delivered", "Dose of the whole incident", _SECTIONS[2], "delivered", unit="mSv",
          hint="With the intended part and repeats."),
    Field("organ_excess", "Organ dose beyond the intended one", _SECTIONS[2], "excess_organ_dose_msv", unit="mSv"),
    Field("to_local_level", "Dose over the local reference level", _SECTIONS[2], "ratio_to_local_level", unit="times"),
    Field("reaction", "Observable tissue reaction", _SECTIONS[2], "tissue reaction", choices=_YES_NO),
    Field("fetal", "Dose to a fetus", _SECTIONS[2], "fetal_dose_mgy", unit="mGy"),
    Field("enquiry_failed", "Pregnancy enquiry failed", _SECTIONS[2], "pregnancy enquiry failed", choices=_YES_NO),
    Field("level", "Reference level", _SECTIONS[3], "mean_to_level", hint="All three in one unit."),
    Field("exam_value", "The one exam", _SECTIONS[3], "mean_to_level"),
    Field("mean", "Mean of the last exams", _SECTIONS[3], "mean_to_level"),
)  # fmt: skip
_FACTS: Final[Mapping[str, Fact]] = {
    "intervention": "intervention",
    "reaction": "tissue reaction",
    "enquiry_failed": "pregnancy enquiry failed",
}
_MEASURES: Final[Mapping[str, str]] = {
    "intended": "intended_msv",
    "delivered": "effective_dose_msv",
    "organ_excess": "excess_organ_dose_msv",
    "to_local_level": "ratio_to_local_level",
    "fetal": "fetal_dose_mgy",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What an address tells: the event as far as it can be used, and each field with what stands in it."""

    event: Event
    fields: tuple[Filled, ...]

    @property
    def is_sound(self) -> bool:
        """Whether everything that was told can be used."""
        return not any(one.fault for one in self.fields)

    @property
    def sections(self) -> tuple[tuple[str, tuple[Filled, ...]], ...]:
        """The fields by section; sections without a field are left out."""
        found = ((name, tuple(one for one in self.fields if one.field.section == name)) for name in _SECTIONS)
        return tuple((name, fields) for name, fields in found if fields)


def told(given: Mapping[str, str], packs: Iterable[RulePack], units: Mapping[str, str]) -> Told:
    """The event that the values of an address tell of, for what the rules of these packs look at. `units`: display units by
    quantity, for numbers whose unit the address does not name."""
    asked = {one for pack in packs for rule in pack.rules for one in _asked(rule)}
    shown = tuple(_filled(one, given, units) for one in FIELDS if not one.asked or one.asked in asked)
    sound = {one.field.name: one for one in shown if one.text and not one.fault}
    return Told(_event(sound), shown)


def _asked(rule: Rule) -> Iterator[str]:
    """What a rule looks at, as fields name it."""
    yield from ("domain" for _ in rule.domains[:1])
    yield from (name for name in ("region", "patient", "exposure") if getattr(rule, name))
    yield from ("nation" for _ in rule.nations[:1])
    yield from (*rule.facts, *rule.without)
    of_intended = ("ratio_to_intended", "excess_effective_dose_msv", "effective_dose_msv")
    yield from ("intended", "delivered") if rule.quantity in of_intended else ()
    yield from (rule.quantity,) if rule.quantity else ()


def _filled(one: Field, given: Mapping[str, str], units: Mapping[str, str]) -> Filled:
    text = given.get(one.name, "").strip()[:40]
    unit = given.get(f"{one.name}_unit", "") or units.get(one.quantity, "")
    if one.quantity and unit not in {known.label for known in QUANTITIES[one.quantity].units}:
        unit = QUANTITIES[one.quantity].unit
    return Filled(one, text, unit, _fault(one, text) if text else "")


def _fault(one: Field, text: str) -> str:
    if one.choices:
        return "" if text in dict(one.choices) else "Choose one of the list."
    if one.is_day:
        return "" if _day(text) else "Write the day as 2026-11-27."
    if not _NUMBER.fullmatch(text):
        return "Write a number of 0 or more, with a point before decimals."
    return "A reference level is above 0." if one.name == "level" and not Fraction(text) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _event(sound: Mapping[str, Filled]) -> Event:
    def word(name: str) -> Any:
        return sound[name].text if name in sound else None

    return Event(
        on=_day(sound["on"].text) if "on" in sound else None,
        domain=cast("Domain | None", word("domain")),
        region=cast("Region | None", word("region")),
        patient=cast("Patient | None", word("patient")),
        exposure=cast("Exposure | None", word("exposure")),
        nation=cast("Nation | None", word("nation")),
        facts={fact: word(name) == "yes" for name, fact in _FACTS.items() if name in sound},
        values=dict(_values(sound)),
    )


def _values(sound: Mapping[str, Filled]) -> Iterator[tuple[str, float]]:
    for name, one in sound.items():
        if one.field.quantity:
            per_own = unit_of(one.field.quantity, one.unit).per_own
            yield one.field.quantity, float(Fraction(one.text) / per_own)
        elif name in _MEASURES:
            yield _MEASURES[name], float(one.text)
    if "level" in sound:
        level = Fraction(sound["level"].text)
        for name, key in (("exam_value", "exam_to_level"), ("mean", "mean_to_level")):
            if name in sound:
                yield key, float(Fraction(sound[name].text) / level)


def number_text(value: float | None) -> str:
    """A number as the form takes it; empty where there is none."""
    if value is None or not math.isfinite(value) or value < 0:
        return ""
    return f"{value:.9f}".rstrip("0").rstrip(".")
