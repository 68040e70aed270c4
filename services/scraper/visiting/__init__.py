"""One visit to the usage page, from launch to outcome."""
