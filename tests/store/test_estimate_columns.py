"""Which computed values stand in columns, and so in figures."""

import pytest

from doseloop.dosimetry.methods import METHODS
from doseloop.model.estimate import Estimate, NotEstimated
from doseloop.model.quantities import COMPUTED, QUANTITIES
from doseloop.store import estimate_columns

VERIFIED = next(one for one in METHODS if one.quantity == "ssde_mgy" and one.is_verified)
MISSING = NotEstimated("ssde_mgy", VERIFIED.id, "No diameter is known.")


def ssde(*, verified: bool, is_default: bool = True) -> Estimate:
    return Estimate("ssde_mgy", 9.5, VERIFIED.id, VERIFIED.version, verified, is_default=is_default)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((ssde(verified=True),), 9.5),
        ((ssde(verified=False),), None),
        ((ssde(verified=True, is_default=False),), None),
        ((MISSING,), None),
        ((), None),
    ],
)
def test_a_value_stands_in_its_column_where_it_is_the_default_and_verified(
    found: tuple[Estimate | NotEstimated, ...], expected: float | None
) -> None:
    assert estimate_columns.of_event(found)["ssde_mgy"] == expected


def test_a_quantity_that_no_verified_method_computes_stands_in_its_column_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(estimate_columns, "_quantities_with_a_verified_method", frozenset)
    assert estimate_columns.of_event((ssde(verified=False),))["ssde_mgy"] == 9.5


def test_every_column_is_a_quantity_and_totals_are_columns_of_events_too() -> None:
    assert set(COMPUTED) <= set(QUANTITIES) and set(COMPUTED.values()) <= set(QUANTITIES)
    assert set(estimate_columns.TOTALS) < set(estimate_columns.EVENT)
