"""What a mutator and its product are."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.mutation.seeds import Seed


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spoilt object."""

    file: bytes
    done: str
    """What was done where, for who looks at a failure."""
    detectable: bool = True
    """Whether a reader can know; where it cannot, a number may differ unmarked (`Mutator.cannot_know`)."""


@dataclass(frozen=True, slots=True)
class Mutator:
    """One way to spoil an object. The same seed and chance give the same mutant."""

    name: str
    what: str
    """A sentence for the documentation."""
    mutate: Callable[[Seed, Random], Mutant]
    cannot_know: str = ""
    """Which of its mutants no reader can detect, and why; empty where all can be."""
