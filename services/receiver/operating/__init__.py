"""What an operator sees: metrics and the log line of a request."""
