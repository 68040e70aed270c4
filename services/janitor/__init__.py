"""The janitor: decides what leaves the history, archives it, deletes it, and mends what is derived."""
