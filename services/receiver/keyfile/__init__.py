"""The file of keys: its form, its place on the disk, the commands on it, and a receiver that follows it."""
