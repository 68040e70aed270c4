"""The login: made in a window, its age, moved to another machine."""
