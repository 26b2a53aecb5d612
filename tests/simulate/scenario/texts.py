"""Scenarios for tests: some days with entries that a test adds."""

from doseloop.simulate.scenario import Scenario, from_text

HEAD = "title: A test\nseed: 77\nstart: 2026-03-02\ndays: {days}\n"


def scenario(days: int, faults: str = "", changes: str = "", more: str = "") -> Scenario:
    """The scenario of one fault and one change in YAML's short form, as `kind: step, scanner: CT1, ...`."""
    parts = (f"{name}: [{{{one}}}]\n" for name, one in (("faults", faults), ("changes", changes)) if one)
    return from_text(HEAD.format(days=days) + "".join(parts) + more)
