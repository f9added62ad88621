"""Stacks of sections brought in line, and predictions brought back to the grid that they came from."""
