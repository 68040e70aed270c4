"""The way to the receiver: the durable queue and who drains it."""
