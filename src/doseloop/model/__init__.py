"""Frozen records, quantities and errors that the whole house speaks in. Imports nothing of ours and does no I/O."""
