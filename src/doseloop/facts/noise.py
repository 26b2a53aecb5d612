"""Dose against image noise: a dose that is too low costs the diagnosis, one that is too high buys what nobody needs."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from doseloop.access.scope import Scope
from doseloop.facts.engine import Facts, Session
from doseloop.facts.procedure import eligible_acquisitions
from doseloop.facts.quantities import ADULT, Quantity
from doseloop.facts.windows import Window
from doseloop.model.quantities import QUANTITIES


@dataclass(frozen=True, slots=True)
class ProtocolNoise:
    """Main acquisitions of one protocol that tell both noise and dose, at least 1."""

    protocol: str
    """As the scanner writes it; empty where it names none."""
    phantom_cm: int | None
    """Of the dose, where doses of different phantoms are not comparable; None where it is not known, or plays no part."""
    n: int
    scanners: int
    noise_hu: float
    """Median, as the next is."""
    dose: float
    """In the quantity's own unit."""


@dataclass(frozen=True, slots=True)
class NoisePoint:
    """One main acquisition; which exam it is of is not told."""

    protocol: str
    phantom_cm: int | None
    noise_hu: float
    """Median of the series."""
    dose: float


def protocols_with_noise(
    facts: Facts, scope: Scope, procedure: str, quantity: Quantity, window: Window, age_band: str | None = ADULT
) -> tuple[ProtocolNoise, ...]:
    """Noise and dose by protocol, the most frequent first: of eligible acquisitions of settled exams.

    `quantity` is one that acquisitions have. `age_band` as in `distribution`. Errors: `ValueError` for another quantity.
    """
    with facts.session(scope) as session:
        rows = _with_both(session, procedure, quantity, window, age_band)
        found = rows.group_by("protocol", "phantom_cm").agg(
            n=rows.count(),
            scanners=rows.scanner.nunique(),
            noise_hu=rows.noise_hu.quantile(0.5),
            dose=rows.dose.quantile(0.5),
        )
        ordered = found.order_by(ibis.desc("n"), "protocol", "phantom_cm")
        return tuple(ProtocolNoise(**row) for row in session.records(ordered))


def noise_points(
    facts: Facts,
    scope: Scope,
    procedure: str,
    quantity: Quantity,
    window: Window,
    age_band: str | None = ADULT,
    most: int = 2_000,
) -> tuple[NoisePoint, ...]:
    """The same acquisitions one by one, the newest `most` of them. Errors: as above."""
    with facts.session(scope) as session:
        rows = _with_both(session, procedure, quantity, window, age_band)
        newest = rows.order_by(ibis.desc("exam_started_at"), ibis.desc("event")).limit(most)
        records = session.records(newest.select("protocol", "phantom_cm", "noise_hu", "dose"))
        return tuple(NoisePoint(**row) for row in records)


def _with_both(session: Session, procedure: str, quantity: Quantity, window: Window, age_band: str | None) -> ir.Table:
    if not quantity.per_acquisition:
        raise ValueError(f"No single acquisition is compared by {quantity}.")
    rows = eligible_acquisitions(session, procedure, window, age_band)
    told = rows.filter(rows.settled, rows.noise_hu.notnull(), rows[quantity.value].notnull())
    phantom = told.phantom_cm if QUANTITIES[quantity].needs_phantom else ibis.null("int64")
    return told.select(
        *("event", "scanner", "exam_started_at", "noise_hu"),
        protocol=told.protocol.fill_null("").strip(),
        phantom_cm=phantom,
        dose=told[quantity.value],
    )
