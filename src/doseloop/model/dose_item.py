"""One item that dose objects hold, as the standard has it, and whether it is required."""

from dataclasses import dataclass

_REQUIRED = frozenset(("M", "MC", "1", "1C", "2"))


@dataclass(frozen=True, slots=True)
class DoseItem:
    """A content item of a template (PS3.16) or an element of a module (PS3.3)."""

    kinds: tuple[str, ...]
    """The kinds of objects that have it (`model.dose_object.ObjectKind`)."""
    template: str
    """The template or module: `PS3.16 TID 10013`."""
    of: str
    """Where `DoseObject` holds it: a field with one record or several, `ct_events.sources`; empty for the object itself."""
    field: str
    """The field of that record; `equipment.model` for one of a record within."""
    code: str
    """The code of its concept name, or its tag."""
    name: str
    """Its name in the standard."""
    type: str
    """M, MC or U of PS3.16; 1, 1C, 2 or 3 of PS3.3."""
    row: int | None = None
    """The row of the template, None where editions count differently."""
    when: str = ""
    """The condition of MC, as `assess/completeness.py` tests it; empty for always."""
    units: tuple[str, ...] = ()
    """Codes of units that the template allows; empty where it has none."""
    codes: tuple[str, ...] = ()
    """Values that the template enumerates; empty where any code may stand."""

    or_text: bool = False
    """Whether the template lets text stand in place of a code."""

    @property
    def required(self) -> bool:
        """Whether it has to be there, at least under its condition."""
        return self.type in _REQUIRED

    @property
    def said(self) -> str:
        """The template with the row: `PS3.16 TID 10013 row 22`."""
        return f"{self.template} row {self.row}" if self.row else self.template
