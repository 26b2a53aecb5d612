"""The rule packs that come with Doseloop, typed and checked; a site's own go through the same reader.

Schema of the data: `data/rule_packs.schema.json`.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from doseloop.model.errors import UnusableInput
from doseloop.model.quantities import QUANTITIES
from doseloop.model.rule_pack import MEASURES, Rule, RulePack
from doseloop.reference.data_yaml import parsed
from doseloop.reference.procedures import catalogue

OF_ONE_EXAM: Final = ("ctdi_vol_mgy", "dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s", "psd_mgy")
"""Quantities that a rule about one exam may be about."""
ADDED_IN_WINDOW: Final = ("dlp_mgy_cm", "dap_gy_cm2", "ka_r_mgy", "fluoro_time_s")
"""Quantities that may be added over exams of a patient."""
MOST_WINDOW_DAYS: Final = 3660
MOST_RULES: Final = 500
_LARGEST: Final = 1e9
_MOST_FAULTS: Final = 20
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9.-]*")


@cache
def rule_packs() -> tuple[RulePack, ...]:
    """All packs in the package, by key."""
    folder = files("doseloop.reference") / "data" / "rule_packs"
    texts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".yaml")]
    return tuple(sorted((rule_pack(parsed(text)) for text in texts), key=lambda one: one.key))


def rule_pack(
    data: Mapping[str, Any], *, called: Callable[[int], str] = lambda number: f"rule {number + 1}", strict: bool = True
) -> RulePack:
    """A pack from plain values. `called` names a rule by its number from 0; without `strict` numbers may be texts.

    Errors: `UnusableInput` with everything that is wrong, each with the rule and field where it is.
    """
    given = data.get("rules")
    if not isinstance(given, list) or not 1 <= len(given) <= MOST_RULES:
        raise UnusableInput(f"A pack has 1 to {MOST_RULES} rules, in a list that is called `rules`.")
    faults: list[str] = []
    rules = [_typed(one, Rule, called(number), strict, faults) for number, one in enumerate(given)]
    pack: RulePack | None = _typed({**data, "rules": []}, RulePack, "the pack", strict, faults)
    for number, rule in enumerate(rules):
        faults += [f"{called(number)}: {fault}" for fault in (_faults_of_rule(rule) if rule else ())]
    faults += _faults_of_pack(pack, [rule for rule in rules if rule]) if pack else []
    if faults or pack is None:
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise UnusableInput(f"Nothing was taken in: {'; '.join(faults[:_MOST_FAULTS])}{more}.")
    return replace(pack, rules=tuple(rules))


def _typed(data: Any, kind: type[Any], where: str, strict: bool, faults: list[str]) -> Any:
    """The record, None where the data are not of its form, which is added to the faults."""
    if not isinstance(data, Mapping):
        faults.append(f"{where}: not a mapping of names to values")
        return None
    unknown = sorted(map(str, set(data) - {one.name for one in fields(kind)}))
    if unknown:
        faults.append(f"{where}: there is no field {', '.join(map(repr, unknown))}")
        return None
    try:
        return msgspec.convert(data, kind, strict=strict)
    except msgspec.ValidationError as error:
        faults.append(f"{where}: {error}")
        return None


def _faults_of_rule(rule: Rule) -> Iterator[str]:
    if not _KEY.fullmatch(rule.id):
        yield "`id` is not of a to z, 0 to 9, point and hyphen"
    if not rule.title.strip() or not rule.action.strip():
        yield "`title` and `action` say what it looks at and what it asks for"
    if not (rule.title + rule.action + "".join(rule.left_open)).isprintable():
        yield "a text has control characters"
    if (rule.quantity is None) != (rule.value is None) or (rule.value is None) != (rule.operator is None):
        yield "`quantity`, `operator` and `value` stand together"
    if rule.quantity is None and not rule.facts:
        yield "it asks for nothing: neither `quantity` nor `facts`"
    if rule.valid_from and rule.valid_to and rule.valid_from >= rule.valid_to:
        yield "`valid_to` is not after `valid_from`"
    yield from _faults_of_numbers(rule)
    yield from _faults_of_quantity(rule)


def _faults_of_numbers(rule: Rule) -> Iterator[str]:
    for name in (
        "value", "intended_at_least_msv", "intended_above_msv", "intended_at_most_msv", "intended_below_msv",
        "triggered_above",
    ):  # fmt: skip
        number = getattr(rule, name)
        if number is not None and not (math.isfinite(number) and 0 <= number < _LARGEST):
            yield f"`{name}` is no number from 0 to {_LARGEST:g}"


def _faults_of_quantity(rule: Rule) -> Iterator[str]:
    if rule.about == "one exam" and rule.quantity not in OF_ONE_EXAM:
        yield f"`quantity` of one exam is one of {', '.join(OF_ONE_EXAM)}"
    if rule.window_days is not None and (rule.about != "one exam" or rule.quantity not in ADDED_IN_WINDOW):
        yield f"`window_days` is of one exam and one of {', '.join(ADDED_IN_WINDOW)}"
    if rule.window_days is not None and not 1 <= rule.window_days <= MOST_WINDOW_DAYS:
        yield f"`window_days` is no whole number from 1 to {MOST_WINDOW_DAYS}"
    if rule.about == "incident" and rule.quantity not in (None, "effective_dose_msv", *MEASURES):
        yield f"`quantity` of an incident is one of effective_dose_msv, {', '.join(MEASURES)}"
    of_group = rule.last is not None and rule.triggered_above is not None and rule.quantity == "mean_to_level"
    if rule.about == "group of exams" and (not of_group or not 2 <= (rule.last or 0) <= 200):
        yield "of a group are needed `quantity: mean_to_level`, `last` from 2 to 200, and `triggered_above`"
    if rule.about != "group of exams" and (rule.last is not None or rule.triggered_above is not None):
        yield "`last` and `triggered_above` are of a group of exams"


def _faults_of_pack(pack: RulePack, rules: list[Rule]) -> Iterator[str]:
    if not _KEY.fullmatch(pack.key):
        yield "the pack: `key` is not of a to z, 0 to 9, point and hyphen"
    for name, least in (("authority", 2), ("title", 5), ("seen_at", 5)):
        text = getattr(pack, name)
        if len(text.strip()) < least or not text.isprintable():
            yield f"the pack: `{name}` needs {least} characters or more, none of them control characters"
    if not re.fullmatch("[A-Z]{2}|INT", pack.country):
        yield "the pack: `country` is two capital letters (ISO 3166-1), or INT"
    if any(not re.fullmatch("(https?://.+)?", one) for one in (pack.url, *(rule.url or "" for rule in rules))):
        yield "an `url` is empty, or begins with https://"
    unknown = sorted((pack.brain | pack.interventions) - set(catalogue().procedures))
    if unknown:
        yield f"the pack: the catalogue has no procedure {', '.join(unknown)}"
    ids = [rule.id for rule in rules]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        yield f"two rules have the id {', '.join(twice)}"


def quantity_name(key: str) -> str:
    """What a rule compares, in words."""
    return QUANTITIES[key].name if key in QUANTITIES else MEASURES[key].name
