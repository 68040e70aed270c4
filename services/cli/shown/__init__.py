"""How things look in a terminal (pure): spans and lines, bars and sparklines, times and ages."""
