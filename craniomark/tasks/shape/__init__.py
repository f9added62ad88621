"""Shape models from images: particles, their statistics, and the networks that predict them (DeepSSM)."""
