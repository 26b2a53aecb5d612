"""From the unit that a limit was told in to the field and the unit of the plan."""

from typing import Final

FIELD_OF_UNIT: Final = {
    "kg": "weight_kg", "years": "age_years", "kv": "kvp", "mgy_cm": "dlp", "gy_cm2": "kap", "cgy_cm2": "kap",
    "ugy_m2": "kap", "mgy_cm2": "kap", "msv": "effective_dose", "mm": "cbt", "cm": "cbt", "min": "fluoro_time",
    "s": "fluoro_time", "bmi": "bmi", "exams": "group_count",
}  # fmt: skip
"""What a unit is of, where it is of one thing alone."""

_FACTOR: Final = {
    "mgy": 1.0, "gy": 1000.0, "mgy_cm": 1.0, "gy_cm2": 1.0, "cgy_cm2": 0.01, "ugy_m2": 0.01, "mgy_cm2": 0.001,
    "mm": 1.0, "cm": 10.0, "min": 1.0, "s": 1 / 60, "msv": 1.0, "kg": 1.0, "years": 1.0, "kv": 1.0, "bmi": 1.0, "exams": 1.0,
}  # fmt: skip
UNITS_OF_QUANTITY: Final[dict[str, frozenset[str]]] = {
    "ctdivol": frozenset(("mgy",)),
    "ssde": frozenset(("mgy",)),
    "dlp": frozenset(("mgy_cm", "mgy")),
    "effective_dose": frozenset(("msv",)),
    "kap": frozenset(("gy_cm2", "cgy_cm2", "ugy_m2", "mgy_cm2")),
    "kar": frozenset(("mgy", "gy")),
    "psd": frozenset(("mgy", "gy")),
    "fluoro_time": frozenset(("min", "s")),
    "agd": frozenset(("mgy",)),
    "cbt": frozenset(("mm", "cm")),
    "kvp": frozenset(("kv",)),
    "weight_kg": frozenset(("kg",)),
}
FIELD_OF_QUANTITY: Final = {
    "ctdivol": "ctdivol", "dlp": "dlp", "ssde": "ssde", "effective_dose": "effective_dose", "kap": "kap",
    "kar": "kar_mgy", "psd": "psd_mgy", "fluoro_time": "fluoro_time", "agd": "agd", "cbt": "cbt", "kvp": "kvp",
    "weight_kg": "weight_kg",
}  # fmt: skip
QUANTITY_OF_FIELD: Final = {field: quantity for quantity, field in FIELD_OF_QUANTITY.items()}
MODALITY_OF_QUANTITY: Final = {
    "ctdivol": "CT", "dlp": "CT", "ssde": "CT", "kar": "XA", "psd": "XA", "fluoro_time": "XA", "agd": "MG", "cbt": "MG",
    "ei": "DX", "di": "DX",
}  # fmt: skip
DOSES: Final = frozenset(FIELD_OF_QUANTITY) - {"weight_kg", "kvp", "cbt"}
"""Quantities whose limit alone asks for the exams beyond it."""


def scaled(value: float, unit: str | None) -> int | float:
    """A told number in the unit of its plan field, without a decimal point where there is nothing behind it.

    >>> scaled(5, "gy"), scaled(250, "cgy_cm2")
    (5000, 2.5)
    """
    rounded = round(value * _FACTOR.get(unit or "", 1.0), 9)
    return int(rounded) if rounded == int(rounded) else rounded
