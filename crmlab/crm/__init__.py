"""The practice CRM: a real, small one on the student's own machine, whose whole state is one SQLite file."""

from crmlab.crm.reader import Inspection, inspect

__all__ = ["Inspection", "inspect"]
