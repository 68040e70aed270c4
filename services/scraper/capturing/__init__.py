"""Captured pages: cleaned, kept, read again by a newer parser."""
