"""The virtual hospital: dose objects of a department that behaves like one, and the truth about what was planted in them."""
