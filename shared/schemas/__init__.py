"""The records that travel and are stored."""
