"""Points and transforms in LPS millimetres: fits, rotations, superimposition, shape and symmetry."""

from craniomark.ground.geometry.bootstrap import corrected_interval, jackknife_interval
from craniomark.ground.geometry.complete import complete_block
from craniomark.ground.geometry.components import ComponentComparison, chance_of_angle, compare_components
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
from craniomark.ground.geometry.hotelling import MeanVectorTest, hotelling_test
from craniomark.ground.geometry.mean_shapes import MeanShapeTest, compare_mean_shapes, riemannian_distance
from craniomark.ground.geometry.paired_structure import structure_of_pairs
from craniomark.ground.geometry.permutation import adjusted_p, permutation_p, sign_flip_test
from craniomark.ground.geometry.procrustes import (
    GpaResult,
    centroid_size,
    generalised_procrustes,
    procrustes_distance,
)
from craniomark.ground.geometry.procrustes_anova import (
    AnovaRow,
    ProcrustesAnova,
    procrustes_anova,
    repeatability_interval,
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
from craniomark.ground.geometry.sidedness import Sidedness, sidedness
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
    "AnovaRow",
    "Asymmetry",
    "BilateralStructure",
    "ComponentComparison",
    "GpaResult",
    "MeanShapeTest",
    "MeanVectorTest",
    "ProcrustesAnova",
    "ShapeModel",
    "Sidedness",
    "ThinPlateSpline",
    "adjusted_p",
    "affine_fit",
    "annotation_noise",
    "apply",
    "asymmetry",
    "centroid_size",
    "chance_of_angle",
    "compare_components",
    "compare_mean_shapes",
    "complete_block",
    "corrected_interval",
    "directional_asymmetry_sign",
    "find_bilateral_structure",
    "fit_shape_model",
    "generalised_procrustes",
    "hotelling_test",
    "invert",
    "jackknife_interval",
    "matrix_from_six",
    "nearest_rotation",
    "permutation_p",
    "procrustes_anova",
    "procrustes_distance",
    "random_rotations",
    "repeatability_interval",
    "riemannian_distance",
    "rigid_fit",
    "robust_similarity_fit",
    "rotation_angle_degrees",
    "rotation_grid",
    "scale_of",
    "sidedness",
    "sign_flip_test",
    "similarity_fit",
    "six_from_matrix",
    "structure_of_pairs",
    "super_fibonacci",
]
