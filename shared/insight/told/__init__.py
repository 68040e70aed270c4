"""What the record says, as it travels (pure): the forms of answers, and how they are made of the folds.

Receiver, command line and alerter share them. A time that is only known between two readings is an `Instant`;
null is unknown, never zero.
"""
