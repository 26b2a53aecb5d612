"""Ways in: DIMSE, DICOMweb, watched folder, query/retrieve. Every one ends in `inbox.put(stream, origin)`.

This package never parses a data set and cannot reach `reading`, also indirectly: what listens on the network knows only
bytes.
"""
