"""Reports over a fresh record that the models write."""

from tests.facts.conftest import facts, paths

__all__ = ["facts", "paths"]
