"""Taking in what is sent: read, checked, stored, counted, told of."""
