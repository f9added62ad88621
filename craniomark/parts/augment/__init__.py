"""Random changes of samples, each a deterministic transform with sampled parameters."""
