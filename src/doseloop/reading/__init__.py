"""Bytes to records: what a dose object says, in the field's units, with the place that each value came from.

`sr.py` reads the content tree of a structured report in one pass; one file per template (`tid10011_ct.py`,
`tid10001_projection.py`) turns it into records; a maker's quirk is an entry in `vendors/<maker>.py`. Nothing is repaired
here: a repair is a later, flagged step that keeps the original.
"""
