"""The receiver's routes."""
