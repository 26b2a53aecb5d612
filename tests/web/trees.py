"""Content trees of the fixture's objects, with the places that its readings name."""

from dataclasses import dataclass

from doseloop.model.reading import Code


@dataclass(frozen=True, slots=True)
class Measured:
    number: str
    unit: Code | None


@dataclass(frozen=True, slots=True)
class Item:
    place: str
    value_type: str
    concept: Code
    relationship: str | None = "CONTAINS"
    text: str | None = None
    code: Code | None = None
    measured: tuple[Measured, ...] = ()
    references: tuple[str, ...] = ()
    children: tuple["Item", ...] = ()


def dcm(value: str, meaning: str) -> Code:
    return Code(value, "DCM", meaning)


def number(place: str, code: str, name: str, value: float, unit: str) -> Item:
    return Item(place, "NUM", dcm(code, name), measured=(Measured(f"{value:g}", Code(unit, "UCUM", unit)),))


FIRST_EVENT = 5


def ct_tree(events: list[dict[str, float | str]], observer: str) -> Item:
    """A CT dose report: event n (from 0) stands at 1.(5+n); CTDIvol at .4.1, DLP at .4.3, kVp at .3.5.2, mA at .3.5.4."""
    head = (
        Item("1.1", "CODE", dcm("121058", "Procedure reported"), "HAS CONCEPT MOD", code=dcm("P5-08000", "Computed Tomography")),
        Item("1.2", "PNAME", dcm("121008", "Person Observer Name"), "HAS OBS CONTEXT", text=observer),
        Item("1.3", "DATETIME", dcm("113809", "Start of X-Ray Irradiation"), text="20261122081500"),
        Item("1.4", "CODE", dcm("113705", "Scope of Accumulation"), code=dcm("113014", "Study")),
    )  # fmt: skip
    return Item(
        "1",
        "CONTAINER",
        dcm("113701", "X-Ray Radiation Dose Report"),
        None,
        children=(*head, *map(_event, range(len(events)), events)),
    )


def _event(position: int, event: dict[str, float | str]) -> Item:
    at = f"1.{FIRST_EVENT + position}"
    source = Item(
        f"{at}.3.5",
        "CONTAINER",
        dcm("113831", "CT X-Ray Source Parameters"),
        children=(
            Item(f"{at}.3.5.1", "TEXT", dcm("113832", "Identification of the X-Ray Source"), text="A"),
            number(f"{at}.3.5.2", "113733", "KVP", float(event["kvp"]), "kV"),
            number(f"{at}.3.5.3", "113833", "Maximum X-Ray Tube Current", float(event["ma"]) * 1.4, "mA"),
            number(f"{at}.3.5.4", "113734", "X-Ray Tube Current", float(event["ma"]), "mA"),
        ),
    )
    parameters = Item(
        f"{at}.3",
        "CONTAINER",
        dcm("113822", "CT Acquisition Parameters"),
        children=(
            number(f"{at}.3.1", "113824", "Exposure Time", float(event["time"]), "ms"),
            number(f"{at}.3.2", "113825", "Scanning Length", float(event["length"]), "mm"),
            number(f"{at}.3.3", "113826", "Nominal Single Collimation Width", 0.6, "mm"),
            number(f"{at}.3.4", "113828", "Pitch Factor", float(event["pitch"]), "{ratio}"),
            source,
        ),
    )
    dose = Item(
        f"{at}.4",
        "CONTAINER",
        dcm("113829", "CT Dose"),
        children=(
            number(f"{at}.4.1", "113830", "Mean CTDIvol", float(event["ctdi"]), "mGy"),
            Item(
                f"{at}.4.2",
                "CODE",
                dcm("113835", "CTDIw Phantom Type"),
                code=dcm("113691", "IEC Body Dosimetry Phantom"),
            ),
            number(f"{at}.4.3", "113838", "DLP", float(event["dlp"]), "mGy.cm"),
        ),
    )
    return Item(
        at,
        "CONTAINER",
        dcm("113819", "CT Acquisition"),
        children=(
            Item(f"{at}.1", "TEXT", Code("125203", "DCM", "Acquisition Protocol"), text=str(event["protocol"])),
            Item(f"{at}.2", "UIDREF", dcm("113769", "Irradiation Event UID"), text=str(event["uid"])),
            parameters,
            dose,
        ),
    )
