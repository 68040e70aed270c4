"""The course of the limits: what is asked for, what is kept folded, how it is written."""
