"""One module for each mesh format, with `read` to a raw mesh and `write`."""
