"""Specimens: which inputs are one, their ids, the files that belong to them."""
