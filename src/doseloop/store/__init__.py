"""The record of everything: Django models and migrations, the inbox, and the repositories that the rest of the house uses.

Nothing above this package sees a Django object: repositories take a `Scope` and return frozen records.
"""
