"""The console's HTTP side: each module adds the routes of one concern."""
