"""The subcommands: each asks the receiver and shows the answer; what it shows is a pure `view` of it."""
