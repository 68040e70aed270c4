"""How it is told (pure): words, quiet hours, and the book of what was told and what still waits."""
