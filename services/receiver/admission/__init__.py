"""Who may in: keys, how often somebody may fail to show one, whose request it is."""
