"""The department of the virtual hospital: sites, scanners with their makers' habits, people and procedures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from doseloop.model.errors import SimulationError
from doseloop.reference.data_yaml import parsed


@dataclass(frozen=True, slots=True)
class Scanner:
    """One scanner: what its objects say about it, and its habits."""

    name: str
    modality: str
    site: str
    manufacturer: str
    model: str
    station_name: str
    serial: str
    software: str
    ae_title: str
    coding: str = "SCT"
    """SNOMED nomenclature that it writes: SCT or SRT."""
    character_set: str = "ISO_IR 100"
    timezone: str | None = None
    """Zone of Timezone Offset From UTC (0008,0201); None leaves it out."""
    output: float = 1.0
    """Calibration factor of its dose."""
    protocol_output: Mapping[str, float] = field(default_factory=dict)
    """Further factors by procedure: protocols that are set up differently here."""
    weight_missing: float = 0.25
    """Share of studies without weight."""
    exams_per_week: float = 0.0
    series_number: int = 1
    emergency: bool = False
    """Works nights and weekends too."""
    cumulative: bool = False
    """Sends a report after the localiser and again, with all events, at the end."""
    localiser_dose: bool = True
    """Writes CT Dose for localisers."""
    biplane: tuple[str, ...] = ()
    """Procedures done with two planes."""
    single_collimation_mm: float = 0.6
    total_collimation_mm: float = 38.4
    tube_current_modulation: str = "XYZ_EC"
    """X-Ray Modulation Type (113842) as the maker writes it."""
    source_isocentre_mm: float = 785.0
    mix: Mapping[str, float] = field(default_factory=dict)
    """Relative frequency of its procedures."""
    protocols: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Its own protocol names: procedure to `exam`, `localiser`, `spiral`, ..."""


@dataclass(frozen=True, slots=True)
class CtProcedure:
    """A CT procedure at a standard adult (75 kg, 1.70 m) and output 1."""

    name: str
    region: str
    phantom_cm: int
    ctdi_vol_mgy: float
    length_mm: float
    modulation: float
    """Exponent of (weight / 75 kg): what tube current modulation leaves of size."""
    kvp: int
    child_kvp: int
    pitch: float
    rotation_s: float
    min_age: int
    max_age: int
    child_share: float
    age: float
    """Mean age of its adults, years."""
    contrast: float = 0.0
    """Share with contrast medium."""
    bolus: bool = False
    calcium: bool = False


@dataclass(frozen=True, slots=True)
class AngiographyProcedure:
    """An angiography or fluoroscopy procedure at a standard adult and output 1."""

    name: str
    region: str
    dap_gy_cm2: float
    log_sd: float
    fluoro_share: float
    fluoro_s: float
    fluoro_runs: int
    acquisitions: int
    frames_per_s: float
    run_s: float
    pulse_rate: float
    field_mm: float
    detector_mm: float
    kvp: float
    modulation: float
    age: float
    min_age: int
    intent: str
    views: tuple[tuple[float, float], ...]
    max_age: int = 95
    child_share: float = 0.0


Procedure = CtProcedure | AngiographyProcedure


@dataclass(frozen=True, slots=True)
class Department:
    """Everything that stays the same from day to day."""

    sites: tuple[str, ...]
    scanners: tuple[Scanner, ...]
    operators: tuple[str, ...]
    physicians: tuple[str, ...]
    procedures: Mapping[str, Procedure]
    descriptions: Mapping[str, Mapping[str, str]]
    """What a site's information system calls a procedure, where it differs."""
    patient_issuer: str

    def scanner(self, name: str) -> Scanner:
        """The scanner of that name. Raises SimulationError where there is none."""
        for scanner in self.scanners:
            if scanner.name == name:
                return scanner
        raise SimulationError(f"the department has no scanner {name!r}")

    def description(self, scanner: Scanner, procedure: str) -> str:
        """Study Description that the scanner's site gives to a procedure."""
        return self.descriptions.get(scanner.site, {}).get(procedure, procedure)


@lru_cache(maxsize=1)
def standard_department() -> Department:
    """The department that the demo, the tests and the benchmarks share (`data/department.yaml`)."""
    raw = _data("department.yaml")
    people = raw["people"]
    return Department(
        sites=tuple(raw["sites"]),
        scanners=tuple(_scanner(name, entry) for name, entry in raw["scanners"].items()),
        operators=tuple(people["operators"]),
        physicians=tuple(people["physicians"]),
        procedures=_procedures(),
        descriptions=raw["descriptions"],
        patient_issuer=raw["patient_issuer"],
    )


def _data(name: str) -> dict[str, Any]:
    text = (files("doseloop.simulate") / "data" / name).read_text("utf-8")
    loaded: dict[str, Any] = parsed(text)
    return loaded


def _scanner(name: str, entry: dict[str, Any]) -> Scanner:
    return Scanner(name=name, **(entry | {"biplane": tuple(entry.get("biplane", ()))}))


def _procedures() -> dict[str, Procedure]:
    ct = {name: CtProcedure(name=name, **entry) for name, entry in _data("ct_procedures.yaml").items()}
    return ct | {name: _angiography(name, entry) for name, entry in _data("angiography_procedures.yaml").items()}


def _angiography(name: str, entry: dict[str, Any]) -> AngiographyProcedure:
    views = tuple((float(primary), float(secondary)) for primary, secondary in entry["views"])
    return AngiographyProcedure(name=name, **(entry | {"views": views}))
