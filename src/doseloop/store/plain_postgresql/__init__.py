"""Django's PostgreSQL backend with texts that compare as SQLite's do: see `base.py`."""
