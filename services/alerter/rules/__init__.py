"""What is worth telling (pure): folds over what the record says, and what of it was not told yet."""
