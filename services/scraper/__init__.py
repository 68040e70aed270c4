"""The scraper: reads the usage page in the user's own browser profile and sends on what it read."""
