"""The receiver: takes snapshots in, makes them durable, and answers from the record."""
