"""The practice CRM: a real, small one on the student's own machine, whose whole state is one SQLite file."""
