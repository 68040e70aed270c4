"""The services. None imports another; all stand on `shared`."""
