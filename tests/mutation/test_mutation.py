"""Readers under attack: a thousand spoilt objects of one fixed seed; `make mutations` runs ten thousand."""

from contextlib import suppress
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from doseloop.model.dose_object import ObjectKind
from doseloop.model.errors import NotDose
from doseloop.reading.object import read_object
from doseloop.reading.process import ReaderPool
from doseloop.roles.data_folder import DataFolder
from tests.mutation import documentation
from tests.mutation.body import opened
from tests.mutation.judgement import judged, published
from tests.mutation.mutant import Mutator
from tests.mutation.mutators import MUTATORS
from tests.mutation.record import FINAL, taken_in
from tests.mutation.run import LIMITS, READERS, planned, run, sound, uncaught_cuts
from tests.mutation.seeds import DATA_SETS, FILES, Seed, seeds

COUNT, SEED = 1_000, 20_261
FAILURES = Path("build/mutations")


def seed_named(name: str) -> Seed:
    return next(seed for seed in seeds() if seed.name == name)


def test_a_thousand_spoilt_objects_cost_only_themselves_and_publish_no_wrong_number() -> None:
    figures = run(planned(COUNT, SEED), FAILURES)
    assert figures.problems == []
    assert figures.inputs == COUNT
    assert all(sum(row.states.values()) == row.inputs for row in figures.rows.values())
    assert set(figures.rows) == {mutator.name for mutator in MUTATORS}


@pytest.mark.parametrize("name", [*DATA_SETS])
def test_a_seed_cut_at_every_tag_is_never_taken_for_whole(name: str) -> None:
    cuts, problems = uncaught_cuts([seed_named(f"{name}, explicit")])
    assert cuts > 20
    assert problems == []


def test_each_of_a_sample_ends_in_exactly_one_state_of_the_record(folder: DataFolder) -> None:
    with ReaderPool(READERS, LIMITS) as pool:
        sample = taken_in(folder, pool, list(planned(len(MUTATORS) * 2, SEED)))
    assert sample.problems == []
    assert set(sample.states) <= FINAL
    assert sample.states.total() == sample.inputs


def test_there_are_enough_seeds_and_mutators() -> None:
    assert len(seeds()) >= 60
    assert len(MUTATORS) >= 24
    assert len({mutator.name for mutator in MUTATORS}) == len(MUTATORS)
    assert len({seed.name for seed in seeds()}) == len(DATA_SETS) * 8 + len(FILES)


def test_every_kind_of_object_that_is_read_is_attacked() -> None:
    kinds = set()
    for name in DATA_SETS:
        with suppress(NotDose):
            kinds.add(read_object(seed_named(f"{name}, explicit").file).dose.kind)
    assert kinds == set(get_args(ObjectKind))


def test_no_sound_object_is_marked() -> None:
    """Else a mark on a spoilt one would mean nothing."""
    assert [seed.name for seed in seeds() if (found := sound(seed)) and found.marks] == []


@pytest.mark.parametrize("mutator", MUTATORS, ids=lambda mutator: mutator.name)
def test_the_same_chance_gives_the_same_mutant(mutator: Mutator) -> None:
    seed = seed_named("fluoroscopy, explicit, undefined lengths")
    assert mutator.mutate(seed, Random(7)) == mutator.mutate(seed, Random(7))


def test_taking_a_seed_apart_and_putting_it_together_changes_nothing() -> None:
    for seed in seeds():
        again = opened(seed.object.file(seed.object.data))
        assert (again.before, again.data) == (seed.object.before, seed.object.data)
        assert seed.body.splice(0, 0, b"", ()) == seed.object.data


def test_a_wrong_number_is_found() -> None:
    seed = seed_named("CT of one acquisition, explicit")
    other = read_object(seed.file.replace(b"7.25", b"7.52"))
    assert any("ctdi_vol_mgy is 7.52, and was 7.25" in line for line in judged(other, sound(seed)).wrong)


def test_a_number_that_is_gone_is_not_wrong_but_counted() -> None:
    seed = seed_named("CT of one acquisition, explicit")
    verdict = judged(read_object(seed.file.replace(b"7.25", b"    ")), sound(seed))
    assert (verdict.wrong, verdict.fewer) == ((), True)


def test_what_a_sound_object_publishes_has_its_totals_and_times() -> None:
    numbers = published(read_object(seed_named("biplane, explicit").file)).by(uid=True)
    assert numbers["total dap_gy_cm2"] == pytest.approx(0.045)
    assert numbers["study date"] == "2024-03-01"


def test_the_page_on_limits_says_what_the_code_has() -> None:
    page = documentation.PAGE.read_text(encoding="utf-8")
    assert documentation.written(page) == page, "python -m tests.mutation.documentation writes it anew"
