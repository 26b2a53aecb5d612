"""A share's interval is Wilson's, also at its ends."""

import pytest
from scipy.stats import binomtest

from doseloop.assess.share import Share


@pytest.mark.parametrize(("those", "of"), [(0, 1), (1, 1), (0, 20), (3, 10), (50, 100), (99, 100), (7, 7)])
def test_the_interval_is_that_of_scipy(those: int, of: int) -> None:
    assert Share(those, of).interval == pytest.approx(
        tuple(binomtest(those, of).proportion_ci(method="wilson")), abs=1e-9
    )
    assert Share(those, of).value == those / of


def test_of_none_there_is_neither_share_nor_interval() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)
