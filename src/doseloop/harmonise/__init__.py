"""Names to standard procedures, equipment, people, sizes and units; the union of a study's objects into one exam.

Pure functions over records: no file, no database, no network.
"""
