"""Network, or none, as the start, and optimisation at test time (HyReg): report, limits and verdict."""
