"""The way to the destinations: signed webhooks and Apprise, tried again until they are there."""
