"""Registration without learning: maps, similarities, optimisation and patch matching."""
