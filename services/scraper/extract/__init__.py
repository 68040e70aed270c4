"""Turns a captured page into a snapshot, or says which section failed and why. All of it is pure."""
