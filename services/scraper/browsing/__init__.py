"""The browser and its profile: found, opened for one visit, left clean."""
