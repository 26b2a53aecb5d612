"""Where coefficients of tracers do not hold: therapy, iodide, other routes, organs that do not work."""

from collections.abc import Set
from typing import Final

from doseloop.dosimetry.missing import Missing
from doseloop.model.reading import Code
from doseloop.model.tracer import Administration
from doseloop.reference.tracers import Tracer, is_for_therapy, state_words

_INTRAVENOUS: Final = frozenset(("47625008", "G-D101"))


def must_be_diagnostic(nuclide: str) -> None:
    """Errors: `Missing` for a nuclide that is given for therapy."""
    if is_for_therapy(nuclide):
        raise Missing(f"{nuclide} is given for therapy as a rule, and effective dose is not made for therapy.")


def must_hold(tracer: Tracer, administration: Administration, states: Set[str]) -> None:
    """Errors: `Missing` where no coefficient of the tracer holds: by its nature, the route, or a state (CID 10045)."""
    if tracer.refused:
        raise Missing(tracer.refused)
    route = administration.route
    if route and not _is_intravenous(route.value):
        raise Missing(f"The coefficients hold for the intravenous route, and the object says “{route.value.meaning}”.")
    for state in sorted(states & tracer.not_in):
        raise Missing(f"The coefficients of {tracer.title} do not hold for {state_words(state)}.")


def _is_intravenous(route: Code) -> bool:
    typed = route.meaning.casefold().replace(".", "").strip()
    return route.value in _INTRAVENOUS or typed == "iv" or typed.startswith("intravenous")
