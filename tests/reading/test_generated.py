"""Reading gives back what was put into an object, whatever its kind, its encoding and its maker's habits: 2,000 examples."""

from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doseloop.model.dose_object import ObjectKind
from doseloop.reading.kinds import IMAGES, REPORTS
from doseloop.reading.object import read_object
from tests.reading.generator import GENERATORS, differences
from tests.reading.generator.scripts import SCRIPTS
from tests.reading.generator.writing import SYNTAXES

EXAMPLES = 170
"""Of each of the twelve kinds."""


@pytest.mark.parametrize("kind", GENERATORS)
def test_reading_gives_back_what_was_put_in(kind: ObjectKind) -> None:
    @settings(max_examples=EXAMPLES, deadline=None)
    @given(chance=st.randoms(use_true_random=False))
    def holds(chance: Random) -> None:
        made = GENERATORS[kind](chance)
        dose = read_object(made.file).dose
        assert (dose.kind, dose.missing, differences(made, dose)) == (kind, (), [])

    holds()


def test_every_kind_that_is_read_has_a_generator() -> None:
    registered = {kind.name for kind in (*REPORTS, *IMAGES)} | {"dose screen"}
    assert registered == set(get_args(ObjectKind)) == set(GENERATORS)
    assert len(GENERATORS) * EXAMPLES >= 2_000


def test_objects_come_in_every_encoding_and_script() -> None:
    made = [GENERATORS["ct report"](Random(seed)) for seed in range(400)]
    assert {one.how.encoding for one in made} == set(SYNTAXES)
    assert {one.how.script for one in made} == set(SCRIPTS)
    assert {one.how.lengths for one in made} == {"closed", "open", "mixed"}
    assert any(one.how.unknown for one in made)


def test_what_is_lost_or_invented_is_found() -> None:
    made = GENERATORS["ct report"](Random(3))
    dose = read_object(made.file).dose
    lost = {name: value for name, value in made.told.items() if name != "procedure_reported"}
    assert differences(type(made)(made.elements, made.how, lost), dose) != []
    assert differences(type(made)(made.elements, made.how, {**made.told, "comment_on_dose": "more"}), dose) != []
