"""Whole simulated time through the real chain and all rules, and what they told beside what was planted: `python -m bench.loop`."""
