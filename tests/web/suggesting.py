"""A language model in the settings of servers that are started for a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from tests.ask.model_server import FakeModel, fake_model, plan_said

GOOD: Final = plan_said(
    metrics=[{"stat": "median", "quantity": "dlp"}],
    group_by=["scanner"],
    filters=[{"field": "procedure", "op": "in", "value": ["⟨procedure 1⟩"]}],
    time="⟨time 1⟩",
)
"""The one reading that it gives, which is right for a question about the median DLP of a procedure by scanner over a period."""


@contextmanager
def model_in_the_settings(patch: pytest.MonkeyPatch) -> Iterator[FakeModel]:
    """A model that servers find in their environment, while the block runs."""
    with fake_model(GOOD) as model:
        patch.setenv("DOSELOOP_ASK_MODEL_ADDRESS", model.address)
        patch.setenv("DOSELOOP_ASK_MODEL_NAME", "small")
        yield model
