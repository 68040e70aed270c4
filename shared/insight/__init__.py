"""What the record says (pure): folds over snapshots, so that a better rule can be run again over the past."""
