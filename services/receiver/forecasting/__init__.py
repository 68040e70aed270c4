"""Forecasts of an account's limits: what they stand on is kept, what they are made of is answered."""
