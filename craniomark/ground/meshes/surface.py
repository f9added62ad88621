"""A triangle mesh with its scalars."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Surface:
    """Triangles in LPS millimetres.

    Attributes
    ----------
    vertices : ndarray, shape (V, 3)
        LPS mm.
    faces : ndarray, shape (F, 3)
        Vertex numbers of each triangle.
    scalars : mapping of str to ndarray, shape (V,)
        Named values per vertex.
    left_right_known : bool
        False if the file named no coordinate system.
    notes : tuple of str
        What was noticed while reading, in sentences for the user.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    scalars: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    left_right_known: bool = True
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        vertices = np.array(self.vertices, dtype=np.float64).reshape(-1, 3)
        faces = np.array(self.faces, dtype=np.int64).reshape(-1, 3)
        if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
            raise ValueError("a face names a vertex that is not there")
        for name, values in self.scalars.items():
            if np.shape(values) != (len(vertices),):
                raise ValueError(f"scalar {name!r} has not one value per vertex")
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "faces", faces)

    @property
    def extent(self) -> NDArray[np.float64]:
        """Size of the bounding box, mm, shape (3,)."""
        return np.ptp(self.vertices, axis=0)

    def moved(self, transform: ArrayLike) -> "Surface":
        """The surface under a 4x4 matrix from LPS to LPS millimetres."""
        matrix = np.asarray(transform, dtype=np.float64)
        faces = self.faces[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else self.faces
        return replace(self, vertices=self.vertices @ matrix[:3, :3].T + matrix[:3, 3], faces=faces)
