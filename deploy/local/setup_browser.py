"""Finds a browser for the scraper, or installs one: Debian's package as root, else Playwright's own."""

print("todo")
