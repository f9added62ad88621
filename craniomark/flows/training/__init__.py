"""Training of networks: runs that can be stopped, resumed and believed."""
