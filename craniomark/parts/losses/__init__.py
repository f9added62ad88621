"""Terms of objectives."""
