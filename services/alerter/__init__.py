"""The alerter: follows the record, decides what is worth telling, and tells it once."""
