"""The names that questions speak of: those of a department, from a file or from the record."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from doseloop.model.errors import UnusableInput
from doseloop.reference.data_yaml import parsed


@dataclass(frozen=True, slots=True)
class Machine:
    """A scanner as questions name it."""

    name: str
    modality: str
    site: str | None = None
    aliases: tuple[str, ...] = ()
    manufacturer: str | None = None


@dataclass(frozen=True, slots=True)
class Department:
    """Every name that may be asked for, and the clock that "today" goes by."""

    now: datetime
    scanners: tuple[Machine, ...] = ()
    sites: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    physicians: tuple[str, ...] = ()
    procedures: tuple[tuple[str, str], ...] = ()
    """(modality, name)."""
    protocols: tuple[str, ...] = ()
    procedure_aliases: tuple[tuple[str, str], ...] = ()
    """(what people call it, name)."""

    def modalities(self) -> tuple[str, ...]:
        """The modalities that there are scanners or procedures of, in the order of the record."""
        return tuple(dict.fromkeys([one.modality for one in self.scanners] + [one for one, _ in self.procedures]))


def department_of(path: Path) -> Department:
    """The department that a file describes.

    :raises UnusableInput: the file cannot be read or is no description of a department.
    """
    try:
        given: Any = parsed(path.read_text(encoding="utf-8"))
        return Department(
            now=given["now"] if isinstance(given["now"], datetime) else datetime.fromisoformat(str(given["now"])),
            scanners=tuple(_machine(str(name), one) for name, one in given.get("scanners", {}).items()),
            sites=tuple(map(str, given.get("sites", ()))),
            operators=tuple(map(str, given.get("operators", ()))),
            physicians=tuple(map(str, given.get("physicians", ()))),
            procedures=tuple((str(m), str(n)) for m, names in given.get("procedures", {}).items() for n in names),
            protocols=tuple(map(str, given.get("protocols", ()))),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableInput(f"{path} describes no department: {error!r}") from error


def _machine(name: str, given: dict[str, Any]) -> Machine:
    aliases = tuple(map(str, given.get("aliases", ())))
    return Machine(name, str(given["modality"]), given.get("site"), aliases, given.get("manufacturer"))
