"""`python -m doseloop.roles ROLE PARENT`: one role, as `serve` starts it."""

import sys
from importlib import import_module

from doseloop.roles.process import end_with_parent, end_within, log_as, stop_on_signal
from doseloop.roles.record import open_record

_LONGEST_END_S = 8.0
"""Less than `serve` waits for its roles, and than a new `serve` waits for the lock."""


def main() -> None:
    """Run the role until a signal or the parent's end."""
    role, parent = sys.argv[1], int(sys.argv[2])
    end_with_parent(parent)
    stop = stop_on_signal()
    end_within(_LONGEST_END_S, stop)
    log_as(role)
    open_record(None)
    import_module(f"doseloop.roles.{role}").run(stop)


if __name__ == "__main__":
    main()
