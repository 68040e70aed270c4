"""Lists of versions: what is asked for, page by page."""
