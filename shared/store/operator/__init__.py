"""What operators do with a store by hand: check, rebuild, export, import. See `python -m shared.store`."""
