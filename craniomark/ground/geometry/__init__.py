"""Points and transforms in LPS millimetres: fits, rotations, superimposition, shape and symmetry."""

from craniomark.ground.geometry.fits import (
    affine_fit,
    apply,
    invert,
    nearest_rotation,
    rigid_fit,
    robust_similarity_fit,
    scale_of,
    similarity_fit,
)
from craniomark.ground.geometry.procrustes import (
    GpaResult,
    centroid_size,
    generalised_procrustes,
    procrustes_distance,
)
from craniomark.ground.geometry.rotations import (
    matrix_from_six,
    random_rotations,
    rotation_angle_degrees,
    rotation_grid,
    six_from_matrix,
    super_fibonacci,
)
from craniomark.ground.geometry.shape_model import ShapeModel, fit_shape_model
from craniomark.ground.geometry.symmetry import (
    AnnotationNoise,
    Asymmetry,
    BilateralStructure,
    annotation_noise,
    asymmetry,
    directional_asymmetry_sign,
    find_bilateral_structure,
)
from craniomark.ground.geometry.thinplate import ThinPlateSpline

__all__ = [
    "AnnotationNoise",
    "Asymmetry",
    "BilateralStructure",
    "GpaResult",
    "ShapeModel",
    "ThinPlateSpline",
    "affine_fit",
    "annotation_noise",
    "apply",
    "asymmetry",
    "centroid_size",
    "directional_asymmetry_sign",
    "find_bilateral_structure",
    "fit_shape_model",
    "generalised_procrustes",
    "invert",
    "matrix_from_six",
    "nearest_rotation",
    "procrustes_distance",
    "random_rotations",
    "rigid_fit",
    "robust_similarity_fit",
    "rotation_angle_degrees",
    "rotation_grid",
    "scale_of",
    "similarity_fit",
    "six_from_matrix",
    "super_fibonacci",
]
