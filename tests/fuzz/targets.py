"""What is fuzzed: a line for each target."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Target:
    """Something that takes any bytes and raises nothing but what it declares."""

    name: str
    what: str
    module: str
    """Has `one(data: bytes) -> None`, which raises on a finding, and `corpus() -> Iterable[bytes]`, sound inputs to begin with."""

    def load(self) -> "tuple[Callable[[bytes], None], Callable[[], list[bytes]]]":
        """The target's functions. Imports what it tests: within atheris's instrumentation."""
        module = import_module(self.module)
        return module.one, module.corpus


TARGETS = (
    Target("content-tree", "The content tree of any bytes, and the reading of it.", "tests.fuzz.content_tree"),
    Target("header", "Transfer syntax, file meta information and header of any bytes.", "tests.fuzz.header"),
    Target("dimse", "What a DICOM peer sends, from its first byte.", "tests.fuzz.dimse"),
)
