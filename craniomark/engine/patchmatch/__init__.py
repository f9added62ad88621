"""Patch matching: registration of a landmark's surroundings, batched over landmarks and atlases."""

from craniomark.engine.patchmatch.match import Match, match
from craniomark.engine.patchmatch.order import keep_order, swapped_pairs
from craniomark.engine.patchmatch.stage import Stage
from craniomark.engine.patchmatch.windows import cube, gaussian_window, patches

__all__ = ["Match", "Stage", "cube", "gaussian_window", "keep_order", "match", "patches", "swapped_pairs"]
