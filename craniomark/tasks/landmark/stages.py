"""The stages of landmark placement, from a rough pose to the final point."""

from craniomark.engine.patchmatch import Stage

ROUGH = Stage("rough", 0.5, 13, 2.5, (1.5,), 0.2, 40.0, 1.5)
COARSE = Stage("coarse", 0.25, 17, 1.0, (0.8,), 0.1, 40.0, 0.5)
FINE = Stage("fine", 0.125, 17, 0.5, (0.25, 0.35), 0.0, 50.0, 0.17)

STAGES = (ROUGH, COARSE, FINE)

COARSE_STAGES = 2
"""Stages that settle the pose; those after them only refine landmarks."""

SURFACE_STAGES = (ROUGH, COARSE, COARSE, FINE)
"""Of surfaces: strains differ more in shape than the mice of one cross, and need a second look."""


def stages_of(kind: str) -> tuple[Stage, ...]:
    """Stages for inputs of a kind, ``"ct"`` or ``"surface"``."""
    return SURFACE_STAGES if kind == "surface" else STAGES
