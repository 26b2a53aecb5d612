"""The columnar copy of exams, parts and events: declared schemas, monthly Parquet and the newest rows, Ibis expressions.

Every figure that a page, an answer or a report shows is an expression of this package, over rows that a `Scope` allows.
"""
