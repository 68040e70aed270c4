"""How an answer is given: its form, its headers, what is kept of it."""
