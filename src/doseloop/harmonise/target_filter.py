"""Anode target and filter of mammography as the field writes them: `Mo/Rh`, `W/Ag`."""

from typing import Final

from doseloop.model.projection import ProjectionEvent
from doseloop.model.reading import Code, Reading

_SYMBOLS: Final = {
    "tungsten": "W", "molybdenum": "Mo", "rhodium": "Rh", "silver": "Ag", "alumin": "Al", "copper": "Cu", "niobium": "Nb",
    "lead": "Pb", "tin ": "Sn", "titanium": "Ti", "europium": "Eu", "erbium": "Er", "gadolinium": "Gd", "holmium": "Ho",
}  # fmt: skip


def target_filter(event: ProjectionEvent) -> str:
    """Target and filter materials as symbols, empty where there is no target; several filter materials are joined by `+`."""
    target = material(event.anode)
    filters = dict.fromkeys(filter(None, (material(one.material) for one in event.filters)))
    return "/".join(filter(None, (target, "+".join(filters)))) if target else ""


def material(code: Reading[Code] | None) -> str:
    """The symbol of a material (CID 10006, 10016), its meaning where it is none of these; empty where none is recorded."""
    if code is None:
        return ""
    meaning = f"{code.value.meaning.casefold()} "
    return next((symbol for word, symbol in _SYMBOLS.items() if meaning.startswith(word)), code.value.meaning)
