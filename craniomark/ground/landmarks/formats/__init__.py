"""One module for each file format of landmarks, each with `read` and `write`."""
