"""Diffeomorphic registration at test time: velocities on a lattice, several pairs in one batch."""
