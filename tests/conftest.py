"""Being here makes `tests/tiny.py` importable for every test."""
