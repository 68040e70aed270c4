"""What happens now: events, requests for a scrape, silence."""
