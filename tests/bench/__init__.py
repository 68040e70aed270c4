"""Measurements; not tests: they never fail for being slow."""
