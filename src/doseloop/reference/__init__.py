"""Reference levels, thresholds and coefficients: data files with a source per entry, and their loader.

Nothing here computes. An entry without a source does not pass the schema; a set says how its numbers were verified, and
every page that shows a number of it says so too.
"""
