"""What is likely to come (pure): from a limit's own past, with a band, and scored against what came."""
