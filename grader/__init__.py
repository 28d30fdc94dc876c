"""The marker: stands on nbgrader, imports neither the world nor the desk."""
