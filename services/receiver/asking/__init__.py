"""What is asked: the words behind the `?`, a version by number or time."""
