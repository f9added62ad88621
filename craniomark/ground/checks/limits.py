"""What is plausible of an input: every limit of the readers, in one place."""

SMALLEST_AXIS = 2
"""Voxels; an axis of one voxel makes an image two-dimensional."""

LARGEST_AXIS = 65_536
"""Voxels along one axis."""

SMALLEST_SPACING_MM = 2e-4
"""Below 0.2 micrometres a header most likely states metres."""

LARGEST_SPACING_MM = 1e4
"""Spacing, mm; wide enough for micrometres written as millimetres, which `check_extent` names."""

LARGEST_ORIGIN_MM = 1e9
"""Distance of an image from the scanner's origin, mm."""

ORTHONORMAL_TOLERANCE = 1e-3
"""How far direction cosines may be from orthonormal: headers in single precision round this much."""

DISAGREEMENT_MM = 0.01
"""How far two placements of one image may differ at its corners before the user is told."""

GZIP_RATIO = 1032
"""The largest ratio at which deflate can compress."""

BZIP2_RATIO = 50_000
"""A generous bound on the ratio at which bzip2 can compress (runs of one value)."""

TEXT_HEADER_BYTES = 1 << 20
"""Longest text header (NRRD, MetaImage, SkyScan log) that is looked at."""

MEMORY_FRACTION = 0.8
"""Part of the available memory that reading one volume may take."""

SMALLEST_STACK = 8
"""Fewest slices of a folder of TIFF files that are taken for a volume."""

SLICE_GAP_TOLERANCE = 0.02
"""Relative difference between gaps of DICOM slices that is still called even."""

MOST_LABELS = 5000
"""Most labels of a label image; a CT given by mistake has more."""

SKULL_EXTENT_MM = (5.0, 60.0)
"""Longest side of an image of a rodent skull, mm."""
