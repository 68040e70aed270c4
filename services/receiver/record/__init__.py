"""What the record says of windows, hits, resets and gaps: folded once, kept, asked and written."""
