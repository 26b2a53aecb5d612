"""The virtual hospital: dose objects of a department that behaves like one.

And the truth about what was planted in them.
"""

from doseloop.simulate.day import Delivery, SimulatedExam, Truth, objects, workday
from doseloop.simulate.department import Department, Scanner, standard_department

__all__ = ["Delivery", "Department", "Scanner", "SimulatedExam", "Truth", "objects", "standard_department", "workday"]
