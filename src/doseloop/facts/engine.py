"""`Facts`: the exams, parts and events within a scope, as Ibis tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import ibis.expr.types as ir  # type: ignore[import-untyped]

from doseloop.access.scope import Scope
from doseloop.facts.paths import FactsPaths


@dataclass(frozen=True, slots=True)
class Session:
    """The rows that one scope may see, up to the last commit before the session was opened."""

    scope: Scope
    exams: ir.Table
    parts: ir.Table
    events: ir.Table


class Facts:
    """Figures of one record. One for a process; threads may share it."""

    def __init__(self, paths: FactsPaths) -> None:
        self.paths = paths

    @contextmanager
    def session(self, scope: Scope) -> Iterator[Session]:
        """Tables restricted to the sites of the scope."""
        raise NotImplementedError
        yield
