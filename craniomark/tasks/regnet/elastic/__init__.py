"""Networks of smooth maps without folds: velocities told from two images, alone or with an affine map."""
