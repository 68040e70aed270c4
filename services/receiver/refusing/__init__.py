"""What cannot be answered, in the origin's form and as problem details."""
