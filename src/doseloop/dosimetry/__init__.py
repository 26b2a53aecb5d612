"""Quantities that a scanner does not compute, one file a quantity: pure functions with a source and a published example."""
