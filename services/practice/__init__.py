"""The practice console: an imitation of Claude's usage page, for demos and tests."""
