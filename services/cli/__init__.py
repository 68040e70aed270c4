"""The command `marigraph`: what the record says, in a terminal, over the receiver's API."""
