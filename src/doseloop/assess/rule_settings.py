"""What a site may set of a rule: fields of the rule's frozen dataclass, each with its bounds, its unit and what it does.

The dataclass is what the rule takes; its defaults hold where a site has set nothing. Here is what the page, the command line and
the record need to know of it.
"""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from doseloop.model.errors import UnusableInput

Value = bool | int | float
_OF: Final = "setting"


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a rule's settings."""

    name: str
    title: str
    default: Value
    least: float
    most: float
    """Both ends are allowed; 0 and 1 for a yes or no."""
    unit: str
    """Empty for a plain number, and for a yes or no."""
    explanation: str
    stricter: tuple[Value, ...]
    """Values to try, in this order, where the rule flags too much."""
    is_one_in: bool = False
    """Whether people say a share as one in so many."""

    @property
    def is_switch(self) -> bool:
        """Whether it is a yes or no."""
        return isinstance(self.default, bool)

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return isinstance(self.default, int) and not self.is_switch

    def read(self, text: str) -> Value:
        """The value that somebody typed (`yes`, `no`, a number with a point). Errors: `UnusableInput`."""
        said = text.strip()
        if self.is_switch:
            if said not in ("yes", "no"):
                raise UnusableInput(f"{self.title}: say yes or no.")
            return said == "yes"
        try:
            number = int(said) if self.is_whole else float(said)
            return self.checked(1 / number if self.is_one_in else number)
        except (ValueError, ZeroDivisionError):
            raise UnusableInput(f"{self.title}: {self._bounds()}.") from None

    def checked(self, value: Any) -> Value:
        """The value where it may be set. Errors: `UnusableInput`."""
        if self.is_switch:
            if isinstance(value, bool):
                return value
            raise UnusableInput(f"{self.title}: say yes or no.")
        fits = isinstance(value, int) if self.is_whole else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or not math.isfinite(value) or not self.least <= value <= self.most:
            raise UnusableInput(f"{self.title}: {self._bounds()}.")
        return int(value) if self.is_whole else float(value)

    def said(self, value: Value) -> str:
        """A value as people read it."""
        return f"{'one in ' if self.is_one_in else ''}{self.typed(value)} {self.unit}".strip()

    def typed(self, value: Value) -> str:
        """A value as it is typed."""
        if self.is_switch:
            return "yes" if value else "no"
        return f"{1 / value:.0f}" if self.is_one_in else f"{value:g}"

    @property
    def ends(self) -> tuple[str, str]:
        """Its bounds as they are typed, the lower number first."""
        low, high = (self.most, self.least) if self.is_one_in else (self.least, self.most)
        return self.typed(low), self.typed(high)

    def _bounds(self) -> str:
        kind = "one in so many," if self.is_one_in else "a whole number" if self.is_whole else "a number"
        return f"give {kind} from {self.ends[0]} to {self.ends[1]}"


def bounded(
    default: float,
    least: float,
    most: float,
    title: str,
    explanation: str,
    unit: str = "",
    stricter: tuple[float, ...] = (),
    *,
    is_one_in: bool = False,
) -> Any:
    """A number that a site may set, as the default of a dataclass's field."""
    return field(default=default, metadata={_OF: (title, least, most, unit, explanation, stricter, is_one_in)})


def switch(title: str, explanation: str) -> Any:
    """A yes or no, by default yes."""
    return field(default=True, metadata={_OF: (title, 0.0, 1.0, "", explanation, (False,), False)})


def settings_in(kind: type[Any]) -> tuple[Setting, ...]:
    """What a site may set of a rule's settings, in their order."""
    return tuple(_setting(one) for one in dataclasses.fields(kind) if _OF in one.metadata)


def read_all(schema: Iterable[Setting], told: Iterable[str]) -> dict[str, Value]:
    """Values that were told as `name=value`. Errors: `UnusableInput`."""
    known = {one.name: one for one in schema}
    values = {}
    for one in told:
        name, _, text = one.partition("=")
        if name not in known:
            raise UnusableInput(f"There is no setting {name!r}; there are {', '.join(known) or 'none'}.")
        values[name] = known[name].read(text)
    return values


def made_of(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """The rule's settings with these values, defaults else. Errors: `UnusableInput` with every fault."""
    known = {one.name: one for one in settings_in(kind)}
    faults = [f"There is no setting {name!r}." for name in values if name not in known]
    checked: dict[str, Value] = {}
    for name, value in values.items():
        if name in known:
            try:
                checked[name] = known[name].checked(value)
            except UnusableInput as error:
                faults.append(str(error))
    if faults:
        raise UnusableInput(" ".join(faults))
    return kind(**checked)


def values_of(settings: Any) -> dict[str, Value]:
    """What is set otherwise than by default."""
    if settings is None:
        return {}
    held = ((one, getattr(settings, one.name)) for one in settings_in(type(settings)))
    return {one.name: value for one, value in held if value != one.default}


def _setting(of: "dataclasses.Field[Any]") -> Setting:
    title, *rest = of.metadata[_OF]
    return Setting(of.name, title, of.default, *rest)  # type: ignore[arg-type]
