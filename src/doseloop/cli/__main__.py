"""`python -m doseloop.cli`: the same as the command `doseloop`."""

from doseloop.cli import main

main()
