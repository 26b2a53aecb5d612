"""Content items found by their concept name (PS3.3 section C.17.3.2.2), with tolerance for how makers spell it.

A concept is known by its code value; the coding scheme is not compared, since makers misspell it, but a private scheme
(`99...`) is never taken for a standard one. A code that is not known here is looked up by its meaning, which finds the
items whose maker mistyped the number.
"""

from collections.abc import Iterable, Iterator

from doseloop.model.reading import Code, Reading
from doseloop.reading.sr import ContentItem
from doseloop.reading.units import factor_to, numbers_of, plain_unit
from doseloop.reading.values import Measured

MEANINGS = {
    "110180": "Study Instance UID",
    "111031": "Image View",
    "111526": "DateTime Started",
    "111631": "Average Glandular Dose",
    "111632": "Anode Target Material",
    "111633": "Compression Thickness",
    "111634": "Half Value Layer",
    "111635": "X-Ray Grid",
    "111636": "Entrance Exposure at RP",
    "111637": "Accumulated Average Glandular Dose",
    "111638": "Patient Equivalent Thickness",
    "111647": "Compression Force",
    "112011": "Positioner Primary Angle",
    "112012": "Positioner Secondary Angle",
    "113605": "Irradiation Event Label",
    "113701": "X-Ray Radiation Dose Report",
    "113702": "Accumulated X-Ray Dose Data",
    "113705": "Scope of Accumulation",
    "113706": "Irradiation Event X-Ray Data",
    "113721": "Irradiation Event Type",
    "113722": "Dose Area Product Total",
    "113725": "Dose (RP) Total",
    "113726": "Fluoro Dose Area Product Total",
    "113727": "Acquisition Dose Area Product Total",
    "113728": "Fluoro Dose (RP) Total",
    "113729": "Acquisition Dose (RP) Total",
    "113730": "Total Fluoro Time",
    "113731": "Total Number of Radiographic Frames",
    "113732": "Fluoro Mode",
    "113733": "KVP",
    "113734": "X-Ray Tube Current",
    "113735": "Exposure Time",
    "113736": "Exposure",
    "113737": "Distance Source to Reference Point",
    "113738": "Dose (RP)",
    "113739": "Positioner Primary End Angle",
    "113740": "Positioner Secondary End Angle",
    "113742": "Irradiation Duration",
    "113743": "Patient Orientation",
    "113744": "Patient Orientation Modifier",
    "113745": "Patient Table Relationship",
    "113748": "Distance Source to Isocenter",
    "113750": "Distance Source to Detector",
    "113751": "Table Longitudinal Position",
    "113752": "Table Lateral Position",
    "113753": "Table Height Position",
    "113754": "Table Head Tilt Angle",
    "113755": "Table Horizontal Rotation Angle",
    "113756": "Table Cradle Tilt Angle",
    "113757": "X-Ray Filter Material",
    "113758": "X-Ray Filter Thickness Minimum",
    "113759": "Table Longitudinal End Position",
    "113760": "Table Lateral End Position",
    "113761": "Table Height End Position",
    "113764": "Acquisition Plane",
    "113766": "Focal Spot Size",
    "113767": "Average X-Ray Tube Current",
    "113768": "Number of Pulses",
    "113769": "Irradiation Event UID",
    "113770": "Column Angulation",
    "113771": "X-Ray Filters",
    "113772": "X-Ray Filter Type",
    "113773": "X-Ray Filter Thickness Maximum",
    "113780": "Reference Point Definition",
    "113788": "Collimated Field Height",
    "113789": "Collimated Field Width",
    "113790": "Collimated Field Area",
    "113791": "Pulse Rate",
    "113793": "Pulse Width",
    "113795": "Acquired Image",
    "113809": "Start of X-Ray Irradiation",
    "113810": "End of X-Ray Irradiation",
    "113811": "CT Accumulated Dose Data",
    "113812": "Total Number of Irradiation Events",
    "113813": "CT Dose Length Product Total",
    "113819": "CT Acquisition",
    "113820": "CT Acquisition Type",
    "113822": "CT Acquisition Parameters",
    "113824": "Exposure Time",
    "113825": "Scanning Length",
    "113826": "Nominal Single Collimation Width",
    "113827": "Nominal Total Collimation Width",
    "113828": "Pitch Factor",
    "113829": "CT Dose",
    "113830": "Mean CTDIvol",
    "113831": "CT X-Ray Source Parameters",
    "113832": "Identification of the X-Ray Source",
    "113833": "Maximum X-Ray Tube Current",
    "113834": "Exposure Time per Rotation",
    "113835": "CTDIw Phantom Type",
    "113838": "DLP",
    "113839": "Effective Dose",
    "113842": "X-Ray Modulation Type",
    "113845": "Exposure Index",
    "113846": "Target Exposure Index",
    "113847": "Deviation Index",
    "113854": "Source of Dose Information",
    "113855": "Total Acquisition Time",
    "113870": "Person Name",
    "113875": "Person Role in Procedure",
    "113876": "Device Role in Procedure",
    "113893": "Length of Reconstructable Volume",
    "113899": "Exposed Range",
    "113900": "Dose Check Alert Details",
    "113901": "DLP Alert Value Configured",
    "113902": "CTDIvol Alert Value Configured",
    "113903": "DLP Alert Value",
    "113904": "CTDIvol Alert Value",
    "113905": "Accumulated DLP Forward Estimate",
    "113906": "Accumulated CTDIvol Forward Estimate",
    "113907": "Reason for Proceeding",
    "113908": "Dose Check Notification Details",
    "113909": "DLP Notification Value Configured",
    "113910": "CTDIvol Notification Value Configured",
    "113911": "DLP Notification Value",
    "113912": "CTDIvol Notification Value",
    "113913": "DLP Forward Estimate",
    "113914": "CTDIvol Forward Estimate",
    "113930": "Size Specific Dose Estimation",
    "113980": "Water Equivalent Diameter",
    "121012": "Device Observer UID",
    "121013": "Device Observer Name",
    "121014": "Device Observer Manufacturer",
    "121015": "Device Observer Model Name",
    "121016": "Device Observer Serial Number",
    "121058": "Procedure Reported",
    "121106": "Comment",
    "121114": "Performing Physician",
    "122130": "Dose Area Product",
    "122505": "Calibration",
    "123014": "Target Region",
    "125203": "Acquisition Protocol",
    "G-C0E8": "Has Intent",
    "G-C171": "Laterality",
    "G-C32C": "Procedure Context",
    "T-D0005": "Anatomical Structure",
}
"""The concepts that are read, with their meaning in PS3.16."""

SAME = {
    "363703001": "G-C0E8",
    "272741003": "G-C171",
    "408730004": "G-C32C",
    "91723000": "T-D0005",
    "113735": "113824",
}
"""Other codes of the same concept: SNOMED CT for SNOMED-RT, and the two codes of Exposure Time."""

OWN_CONTAINERS = frozenset(
    ("113702", "113706", "113771", "113811", "113819", "113831", "113900", "113908", "122505", "113876", "113870")
)
"""Containers whose items mean something of their own; those of any other container belong to the item around it."""

_BY_MEANING = {meaning.casefold(): SAME.get(code, code) for code, meaning in MEANINGS.items()}
_LEFT = frozenset(("G-A101", "T-04030", "7771000", "80248007"))
_RIGHT = frozenset(("G-A100", "T-04020", "24028007", "73056007"))
_BOTH = frozenset(("G-A102", "T-04080", "51440002", "63762007"))
_YES = frozenset(("R-0038D", "373066001"))
_NO = frozenset(("R-00339", "373067005"))


def concept_of(concept: Code | None) -> str:
    """The code that a concept name is known by here; a private one is `scheme:value`, a missing one is empty."""
    if concept is None:
        return ""
    value = concept.value
    if concept.scheme[:2] == "99":
        return f"{concept.scheme}:{value}"
    if value in SAME:
        return SAME[value]
    if value in MEANINGS:
        return value
    return _BY_MEANING.get(concept.meaning.casefold(), value)


class Items:
    """The items below one content item by concept, those of plain containers included, in the order of the object."""

    __slots__ = ("_by_concept", "_missing", "_what")

    def __init__(self, parent: ContentItem, missing: list[str]) -> None:
        """`missing` takes a sentence for each value that is there and cannot be read."""
        self._missing = missing
        self._by_concept: dict[str, list[ContentItem]] = {}
        for concept, item in _within(parent):
            if not concept and (item.children or item.measured):
                missing.append(f"What content item {item.place} holds is not known: it names no concept.")
            self._by_concept.setdefault(concept, []).append(item)

    def all(self, *concepts: str) -> list[ContentItem]:
        """The items of these concepts."""
        return [item for concept in concepts for item in self._by_concept.get(concept, ())]

    def first(self, concept: str) -> ContentItem | None:
        """The first item of a concept."""
        return next(iter(self._by_concept.get(concept, ())), None)

    def text(self, concept: str) -> Reading[str] | None:
        """The first text that is not empty; of a coded item its meaning."""
        for item in self._by_concept.get(concept, ()):
            written = item.text or (item.code and item.code.meaning)
            if written:
                return Reading(written, item.place, written)
        return None

    def plain_text(self, concept: str) -> str | None:
        """As `text`, without its place."""
        found = self.text(concept)
        return found.value if found else None

    def coded(self, concept: str) -> Reading[Code] | None:
        """The first code; free text in its place becomes a code with a meaning only."""
        for item in self._by_concept.get(concept, ()):
            if item.code is not None:
                return Reading(item.code, item.place, item.code.value or item.code.meaning)
            if item.text:
                return Reading(Code("", "", item.text), item.place, item.text)
        return None

    def plain_code(self, concept: str) -> Code | None:
        """As `coded`, without its place."""
        found = self.coded(concept)
        return found.value if found else None

    def flag(self, concept: str) -> bool | None:
        """Yes or No (CID 230)."""
        code = self.plain_code(concept)
        if code is None:
            return None
        if code.value in _YES or code.meaning.casefold() == "yes":
            return True
        return False if code.value in _NO or code.meaning.casefold() == "no" else None

    def number(
        self, concept: str, units: dict[str, float], *, total: bool = False, nothing_is_zero: bool = False
    ) -> Reading[float] | None:
        """The value of a NUM concept in the field's unit (`units`: spelling to factor), None where none is recorded.

        Of several units the finest wins. Several values give their sum where `total`, else the mean of those that are not
        zero. Where nothing can be zero (`nothing_is_zero`) a recorded 0 means not recorded.
        """
        return number_in(self._by_concept.get(concept, ()), units, self._missing, total, nothing_is_zero)


def number_in(
    items: Iterable[ContentItem], units: dict[str, float], missing: list[str], total: bool, nothing_is_zero: bool
) -> Reading[float] | None:
    """See `Items.number`."""
    finest: list[tuple[float, ContentItem, Measured]] = []
    finest_factor = 0.0
    empty: list[str] = []
    for item in items:
        if not any(measured.number for measured in item.measured):
            empty.append(item.place)
        for measured in item.measured:
            factor, numbers = _converted(item, measured, units, missing)
            if not numbers:
                continue
            if not finest or factor < finest_factor:
                finest, finest_factor = [], factor
            if factor == finest_factor:
                finest += [(number, item, measured) for number in numbers]
    if not finest:
        return None
    if empty:
        missing.append(f"{_name(finest[0][1])} at {empty[0]} is empty, where others of it hold a number.")
    value = _combined([number for number, _, _ in finest], total) * finest_factor
    if value == 0 and nothing_is_zero:
        return None
    return Reading(value, finest[0][1].place, _recorded([(item, measured) for _, item, measured in finest]))


def _combined(numbers: list[float], total: bool) -> float:
    if len(numbers) == 1:
        return numbers[0]
    if total:
        return sum(numbers)
    counted = [number for number in numbers if number != 0]
    return sum(counted) / len(counted) if counted else 0.0


def _recorded(sources: list[tuple[ContentItem, Measured]]) -> str:
    written = [measured.number for measured in {id(measured): measured for _, measured in sources}.values()]
    unit = sources[0][1].unit
    return " ".join(("\\".join(written), unit.value)) if unit and unit.value else "\\".join(written)


def _converted(
    item: ContentItem, measured: Measured, units: dict[str, float], missing: list[str]
) -> tuple[float, list[float]]:
    """The factor to the field's unit and the numbers of one measured value; says in `missing` what cannot be read."""
    if not measured.number:
        return 0.0, []
    unit = measured.unit
    factor = factor_to(units, unit.value, unit.meaning) if unit else units.get("")
    name = _name(item)
    if factor is None:
        missing.append(f"{name} at {item.place} has {_unit_named(unit)}, which is not known for it.")
        return 0.0, []
    numbers = numbers_of(measured.number)
    if None in numbers:
        missing.append(f"{name} at {item.place} is written {measured.number[:80]!r}, which is not a number.")
    return factor, [number for number in numbers if number is not None]


def _name(item: ContentItem) -> str:
    return item.concept.meaning[:80] if item.concept else "a value"


def _unit_named(unit: Code | None) -> str:
    if unit is None:
        return "no unit"
    alike = not unit.meaning or plain_unit(unit.value[:40]) == plain_unit(unit.meaning[:40])
    return f"the unit {unit.value[:40]!r}" + ("" if alike else f" with the meaning {unit.meaning[:40]!r}")


def _within(parent: ContentItem) -> Iterator[tuple[str, ContentItem]]:
    for item in parent.children:
        concept = concept_of(item.concept)
        yield concept, item
        if item.value_type == "CONTAINER" and item.children and concept not in OWN_CONTAINERS:
            yield from _within(item)


def side_of(code: Code | None) -> str | None:
    """L, R or B of a laterality or a sided anatomical structure, None where it names no side."""
    if code is None:
        return None
    for side, codes, words in (("B", _BOTH, ("bilateral", "both")), ("L", _LEFT, ("left",)), ("R", _RIGHT, ("right",))):
        if code.value in codes or any(word in code.meaning.casefold() for word in words):
            return side
    return None
