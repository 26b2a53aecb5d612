"""Actions of a case in words."""

from dataclasses import dataclass

from doseloop.access.scope import Scope
from doseloop.model.action import Action
from doseloop.model.quantities import QUANTITIES
from doseloop.store import procedure_list
from doseloop.store.scanner_list import scanner_names
from doseloop.web.clock import wall_clock


@dataclass(frozen=True, slots=True)
class ActionShown:
    """An action as its case's page shows it."""

    key: int
    kind: str
    text: str
    where: str
    """Scanners, and the procedure or protocol."""
    at: str
    by: str
    expected: str
    undone_at: str
    """Empty where it stands."""
    undone_why: str


def actions_shown(scope: Scope, actions: tuple[Action, ...]) -> tuple[ActionShown, ...]:
    """The actions in words, in their order."""
    scanners, procedures = scanner_names(scope), procedure_list.names()
    return tuple(_shown(one, scanners, procedures) for one in actions)


def _shown(one: Action, scanners: dict[int, str], procedures: dict[str, str]) -> ActionShown:
    on = ", ".join(scanners.get(key, f"scanner {key}") for key in one.scanners)
    what = [procedures.get(one.procedure or "", ""), f"protocol {one.protocol}" if one.protocol else ""]
    return ActionShown(
        key=one.key, kind=one.kind, text=one.text, where="; ".join(filter(None, (on, *what))),
        at=wall_clock(one.at.isoformat())[:-3], by=one.by, expected=_expected(one),
        undone_at=wall_clock(one.undone_at.isoformat())[:-3] if one.undone_at else "", undone_why=one.undone_why,
    )  # fmt: skip


def _expected(one: Action) -> str:
    direction = "falls" if one.expected_percent < 0 else "rises"
    return f"{QUANTITIES[one.quantity].symbol} {direction} by {abs(one.expected_percent):g} %"
