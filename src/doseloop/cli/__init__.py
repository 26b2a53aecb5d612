"""Commands. Each reads its options, calls one function of the house and prints; `--json` output is stable."""
