"""What every service stands on: records, time, settings, errors, logs and the store."""

VERSION = "0.1.0"
