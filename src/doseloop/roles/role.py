"""One role as a process of its own, from its fork to its end."""

from importlib import import_module

from doseloop.roles.process import end_with_parent, end_within, log_as, name_process, stop_on_signal

_LONGEST_END_S = 8.0
"""Less than `serve` waits for its roles, and than a new `serve` waits for the lock."""


def run_role(role: str, parent: int) -> None:
    """Run the role until a signal or the parent's end. In a process that was forked for it, with the record opened."""
    end_with_parent(parent)
    stop = stop_on_signal()
    end_within(_LONGEST_END_S, stop)
    name_process(role)
    log_as(role)
    import_module(f"doseloop.roles.{role}").run(stop)
