"""What a page amounts to, and how a scrape can end."""
