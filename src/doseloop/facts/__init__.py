"""The columnar copy of exams, parts and events: declared Arrow schemas, monthly Parquet and the newest rows, Ibis expressions.

Every figure that a page, an answer or a report shows is an expression of this package, over the rows that a `Scope` allows.
"""
