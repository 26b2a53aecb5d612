"""From values and limits to filters of the plan; which modality is meant; what a limit is of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from doseloop.ask.outcome import AskBack, NoReading
from doseloop.ask.plan import Filter
from doseloop.ask.planning.known import KnownNames
from doseloop.ask.said import Bound, How, Said, Value
from doseloop.ask.units import (
    DOSES,
    FIELD_OF_QUANTITY,
    FIELD_OF_UNIT,
    MODALITY_OF_QUANTITY,
    QUANTITY_OF_FIELD,
    UNITS_OF_QUANTITY,
    scaled,
)  # fmt: skip

_BOOLEAN: Final = frozenset(("contrast", "is_outlier"))
_IN_MGY: Final = tuple(name for name, units in UNITS_OF_QUANTITY.items() if "mgy" in units)
PLACES: Final = ("scanner", "procedure", "operator", "physician", "site", "protocol")


@dataclass(frozen=True, slots=True)
class Named:
    """A value of the plan, with what it does."""

    field: str
    value: str | bool | int
    how: How
    at: int


@dataclass
class Resolved:
    """Values and limits with their fields; the modalities that they imply."""

    named: list[Named] = field(default_factory=list)
    limits: list[tuple[Filter, How]] = field(default_factory=list)
    attached: dict[int, str] = field(default_factory=dict)
    """Quantities that only say what a limit is of, by their place."""
    modalities: tuple[str, ...] = ()

    def positive(self, field_name: str) -> list[str | bool | int]:
        """The values of a field that are meant, in order."""
        return list(
            dict.fromkeys(one.value for one in self.named if one.field == field_name and one.how in ("set", "add"))
        )

    def filters(self) -> list[Filter]:
        """The filters of a question that stands alone.

        Raises: NoReading where a field is both asked for and left out.
        """
        found = []
        for name in dict.fromkeys(one.field for one in self.named):
            left_out = [one.value for one in self.named if one.field == name and one.how in ("except", "remove")]
            meant = self.positive(name)
            if left_out and meant:
                raise NoReading(f"{name} is asked for and left out")
            found.append(filter_of(name, "not_in" if left_out else "in", left_out or meant))
        return found + [one for one, _ in self.limits]


def filter_of(name: str, op: str, value: object) -> Filter:
    """A filter, checked by the schema of the plan."""
    return Filter.model_validate({"field": name, "op": op, "value": value})


def resolved(said: Said, known: KnownNames, chosen: Mapping[str, str], base: tuple[str, ...] = ()) -> Resolved:
    """Values and limits with their fields. `base` are the modalities of the plan before.

    Raises: AskBack for names, limits and regions that may be several things, NoReading for what contradicts itself.
    """
    found = Resolved()
    for bound in said.bounds:
        _limit(bound, said, found, chosen)
    own = _own_modalities(said, known, found)
    context = own or base
    for value in said.values:
        if value.field not in ("region", "modality"):
            found.named.append(_one(value, known, chosen, context))
    found.modalities = _all_modalities(said, known, found, own)
    for value in said.of("region"):
        found.named.append(_region(value, said, known, chosen, found, base))
    _leave_out_modalities(said, found)
    _drop_age_group(found)
    found.modalities = _all_modalities(said, known, found, found.modalities)
    return found


def _own_modalities(said: Said, known: KnownNames, found: Resolved) -> tuple[str, ...]:
    explicit = [value.names[0] for value in said.of("modality") if value.how in ("set", "add")]
    if explicit:
        return tuple(dict.fromkeys(explicit))
    sure = [
        known.modality_of_scanner[v.names[0]] for v in said.of("scanner") if len(v.names) == 1 and v.how != "remove"
    ]
    sure += [
        m for v in said.of("procedure") if v.how != "remove" and (m := known.modality_of_procedure.get(v.names[0]))
    ]
    sure += _of_quantities(said, found)
    return tuple(dict.fromkeys(sure))


def _of_quantities(said: Said, found: Resolved) -> list[str]:
    names = [one.name for one in said.measures if one.kind == "quantity"] + [said.missing or ""]
    names += [QUANTITY_OF_FIELD.get(one.field, "") for one, _ in found.limits]
    return [modality for name in names if (modality := MODALITY_OF_QUANTITY.get(name))]


def _one(value: Value, known: KnownNames, chosen: Mapping[str, str], context: tuple[str, ...]) -> Named:
    if value.field in PLACES:
        return Named(value.field, _name(value, known, chosen, context), value.how, value.at)
    name: str | bool | int = value.names[0] if value.names else ""
    if value.field in _BOOLEAN:
        name = value.names[0] == "true"
    if value.field == "weekday":
        name = int(value.names[0])
    return Named(value.field, name, value.how, value.at)


def _name(value: Value, known: KnownNames, chosen: Mapping[str, str], context: tuple[str, ...]) -> str:
    names = value.names
    if value.field == "scanner" and len(names) > 1 and context:
        fitting = tuple(one for one in names if known.modality_of_scanner[one] in context)
        names = fitting or names
    if value.field == "procedure" and names[0] not in known.modality_of_procedure:
        raise AskBack("unknown_entity", "procedure", _procedures(known, context), names)
    if len(names) > 1 and chosen.get(value.field) in names:
        return chosen[value.field]
    if len(names) > 1:
        raise AskBack("ambiguous_entity", value.field, names)
    return names[0]


def _procedures(known: KnownNames, context: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, modality in known.modality_of_procedure.items() if not context or modality in context)


def _region(
    value: Value, said: Said, known: KnownNames, chosen: Mapping[str, str], found: Resolved, base: tuple[str, ...]
) -> Named:
    beside = [one.names[0] for one in said.of("modality") if abs(one.at - value.at) <= 2 and one.how == value.how]
    region = value.names[0]
    options = beside[:1] if len(set(beside)) == 1 else list(found.modalities)
    if not options:
        options = [one for one in known.modalities_with(region) if one in base] or list(known.modalities_with(region))
    if len(options) > 1 and chosen.get("modality") in options:
        options = [chosen["modality"]]
    if len(options) > 1:
        raise AskBack("missing_modality", "modality", tuple(options))
    if not options:
        raise AskBack("unknown_entity", "procedure", _procedures(known, base), (region,))
    if options[0] == "DX":
        return Named("region", region, value.how, value.at)
    procedure = known.procedure_of_region.get((options[0], region))
    if procedure is None:
        raise AskBack("unknown_entity", "procedure", _procedures(known, tuple(options)), (region,))
    return Named("procedure", procedure, value.how, value.at)


def _all_modalities(said: Said, known: KnownNames, found: Resolved, own: tuple[str, ...]) -> tuple[str, ...]:
    implied = set(_of_quantities(said, found))
    for one in found.named:
        if one.how in ("remove", "except"):
            continue
        if one.field == "scanner":
            implied.add(known.modality_of_scanner[str(one.value)])
        if one.field == "procedure":
            implied.add(known.modality_of_procedure[str(one.value)])
        if one.field == "region":
            implied.add("DX")
    if own and not implied <= set(own):
        raise NoReading(f"{sorted(implied)} is not {own}")
    if not own and not implied and any(one.name == "kap" for one in said.measures) | _has_kap(found):
        return ("XA",)
    return own or tuple(sorted(implied))


def _has_kap(found: Resolved) -> bool:
    return any(one.field == "kap" for one, _ in found.limits)


def _leave_out_modalities(said: Said, found: Resolved) -> None:
    """ "All exams except CT": a kind of equipment is left out where no other kind is named."""
    left_out = [one for one in said.of("modality") if one.how == "except" and not _is_of_region(one, said)]
    if left_out and found.modalities:
        raise NoReading("a modality is asked for and left out")
    found.named += [Named("modality", one.names[0], one.how, one.at) for one in left_out]


def _is_of_region(value: Value, said: Said) -> bool:
    """ "Except CT head": the modality only says which region's exams are left out."""
    return any(abs(one.at - value.at) <= 2 and one.how == value.how for one in said.of("region"))


def _drop_age_group(found: Resolved) -> None:
    """A number of years replaces the age group that it makes precise."""
    if any(one.field == "age_years" for one, _ in found.limits):
        found.named = [one for one in found.named if one.field != "age_group" or one.how == "except"]


def _limit(bound: Bound, said: Said, found: Resolved, chosen: Mapping[str, str]) -> None:
    name = bound.field or _field(bound, said, found, chosen)
    _attach_unnamed(name, bound, found)
    if bound.op == "not_null":
        found.limits.append((filter_of(name, "not_null", True), bound.how))
        return
    low = scaled(bound.low, bound.unit)
    if bound.op == "in":
        found.limits.append((filter_of(name, "in", [low]), bound.how))
        return
    op = _reversed(bound.op) if bound.how == "except" else bound.op
    how: How = "set" if bound.how == "except" else bound.how
    value: object = low if bound.high is None else [low, scaled(bound.high, bound.unit)]
    found.limits.append((filter_of(name, op, value), how))


def _attach_unnamed(name: str, bound: Bound, found: Resolved) -> None:
    """ "Where fluoro ran longer than 40 minutes": the unit alone tells the quantity, which a list then shows."""
    quantity = QUANTITY_OF_FIELD.get(name)
    if quantity in DOSES | {"cbt"} and quantity not in found.attached.values():
        found.attached[bound.at] = str(quantity)


def _reversed(op: str) -> str:
    """ "Without patients over 80 kg" are those up to 80 kg."""
    if op == "between":
        raise NoReading("outside a range is not one limit")
    return {"gt": "lte", "gte": "lt", "lt": "gte", "lte": "gt"}[op]


def _field(bound: Bound, said: Said, found: Resolved, chosen: Mapping[str, str]) -> str:
    if bound.unit == "msv" and bound.left is not None and bound.left[:2] == ("stat", "sum"):
        raise NoReading("a limit of what was collected is one of a patient")
    if bound.unit is None and bound.left is not None and bound.left[0] == "age_group" and _is_age(bound):
        return "age_years"
    quantity = _beside(bound, said, found)
    if quantity is not None:
        return quantity
    if bound.unit == "msv" and any(one.name == "cumulative" for one in said.measures):
        return "cumulative_effective_dose_msv"
    if bound.unit is not None and bound.unit in FIELD_OF_UNIT:
        return FIELD_OF_UNIT[bound.unit]
    if bound.unit in ("mgy", "gy"):
        return _nearest(bound, said, found)
    if bound.unit is None and bound.left is not None and _is_age(bound):
        return "age_years"
    if bound.unit is None and _counts_exams(bound):
        return "group_count"
    if (told := chosen.get("filter")) is not None:
        return told
    raise AskBack("ambiguous_unit", "filter", ("age_years", "weight_kg"))


def _counts_exams(bound: Bound) -> bool:
    """ "Operators with at least 20 CT chest exams": a number of exams of a group."""
    left, right = bound.left or ("", "", 0), bound.right or ("", "", 0)
    counted = right[0] in ("modality", "procedure", "region") or right[:2] == ("exams", "exams")
    is_of_those = left[:2] == ("change", "only") and right[:2] == ("exams", "exams")
    return counted and (left[0] in ("dimension", "who", "which") or is_of_those)


def _is_age(bound: Bound) -> bool:
    kind, value, _ = bound.left or ("", "", 0)
    return (kind == "age_group" or (kind == "dimension" and value == "age_group")) and bound.low <= 120


def _beside(bound: Bound, said: Said, found: Resolved) -> str | None:
    """The field of a quantity right before or after the limit, where the unit is one of it."""
    for beside in (bound.left, bound.right):
        if beside is None or beside[0] != "quantity":
            continue
        _, quantity, at = beside
        quantity = "agd" if quantity == "agd_mean" else quantity
        if quantity == "cumulative":
            found.attached |= {one.at: one.name for one in said.measures if one.name == "cumulative"}
            _attach_effective_dose(bound, found)
            return "cumulative_effective_dose_msv"
        if quantity in FIELD_OF_QUANTITY and (bound.unit is None or bound.unit in UNITS_OF_QUANTITY.get(quantity, ())):
            found.attached[at] = quantity
            return FIELD_OF_QUANTITY[quantity]
    return None


def _attach_effective_dose(bound: Bound, found: Resolved) -> None:
    """ "Collected more than 50 mSv of effective dose": what was collected is named after the limit."""
    if bound.right is not None and bound.right[:2] in (("quantity", "effective_dose"), ("quantity", "cumulative")):
        found.attached[bound.right[2]] = bound.right[1]


def _nearest(bound: Bound, said: Said, found: Resolved) -> str:
    """What milligrays are of: the nearest such quantity before the limit, else the only one after it."""
    fitting = [one for one in said.measures if one.kind == "quantity" and one.name in _IN_MGY]
    if bound.unit == "gy":
        fitting = [one for one in fitting if "gy" in UNITS_OF_QUANTITY[one.name]]
    before = [one for one in fitting if one.at < bound.at]
    chosen = before[-1:] or fitting[:1]
    if not chosen:
        raise AskBack("ambiguous_unit", "filter", ("ctdivol", "kar", "psd", "agd"))
    found.attached[chosen[0].at] = chosen[0].name
    return FIELD_OF_QUANTITY[chosen[0].name]
