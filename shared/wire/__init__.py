"""What a client may do to a socket of ours: what is read of it, the time it is given, how it is closed."""
