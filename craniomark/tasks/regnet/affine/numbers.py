"""Linear maps as the numbers that a network tells, and back, by family.

Coordinates are those of the network's cubes: 0 at the centre, 1 at the sides, so that a translation is a
ratio of half the image. A map is ``x -> R U x + t``: a rotation after an upper triangle whose diagonal is
1 + the scale's deviation and whose other elements are shears.
"""

import torch

from craniomark.engine.families import FamilyName
from craniomark.engine.poses import skew


def turn_count(axes: int) -> int:
    """Numbers of a rotation."""
    return 3 if axes == 3 else 1


def scale_count(family: FamilyName, axes: int) -> int:
    """Numbers of the scale: none, one, or one along each axis."""
    return {"rigid": 0, "similarity": 1}.get(family, axes)


def shear_count(family: FamilyName, axes: int) -> int:
    """Numbers of the shear."""
    return axes * (axes - 1) // 2 if family == "affine" else 0


def number_count(family: FamilyName, axes: int) -> int:
    """How many numbers tell a map of a family."""
    return turn_count(axes) + scale_count(family, axes) + shear_count(family, axes) + axes


def matrices_of(numbers: torch.Tensor, family: FamilyName, axes: int) -> torch.Tensor:
    """Maps, shape (B, D + 1, D + 1), of numbers, shape (B, N).

    The numbers are the rotation vector (radians; in 2-D the angle), the deviations of the scale from 1, the
    shears and the translation.
    """
    counts = [turn_count(axes), scale_count(family, axes), shear_count(family, axes), axes]
    turn, scale, shear, shift = numbers.split(counts, dim=1)
    triangle = torch.eye(axes, dtype=numbers.dtype, device=numbers.device).repeat(len(numbers), 1, 1)
    if scale.shape[1]:
        triangle = triangle + torch.diag_embed(scale.expand(-1, axes))
    if shear.shape[1]:
        above = torch.zeros_like(triangle)
        rows, columns = torch.triu_indices(axes, axes, 1)
        above[:, rows, columns] = shear
        triangle = triangle + above
    return assembled(rotations_of(turn) @ triangle, shift)


def numbers_of(matrices: torch.Tensor, family: FamilyName) -> torch.Tensor:
    """Numbers, shape (B, N), of maps of a family, shape (B, D + 1, D + 1); turned by less than half a turn.

    What a map has beyond its family is left out.
    """
    axes = matrices.shape[-1] - 1
    linear, shift = matrices[:, :-1, :-1], matrices[:, :-1, -1]
    turn, triangle = torch.linalg.qr(linear)
    signs = triangle.diagonal(dim1=1, dim2=2).sign()
    turn, triangle = turn * signs[:, None], triangle * signs[:, :, None]
    diagonal = triangle.diagonal(dim1=1, dim2=2)
    scale = {
        0: diagonal[:, :0],
        1: diagonal.log().mean(1, keepdim=True).exp() - 1,
    }.get(scale_count(family, axes), diagonal - 1)
    rows, columns = torch.triu_indices(axes, axes, 1)
    shear = triangle[:, rows, columns][:, : shear_count(family, axes)]
    return torch.cat([turns_of(turn), scale, shear, shift], 1)


def within_family(matrices: torch.Tensor, family: FamilyName) -> torch.Tensor:
    """The map of a family that is told by the numbers of any map."""
    return matrices_of(numbers_of(matrices, family), family, matrices.shape[-1] - 1)


def rotations_of(turn: torch.Tensor) -> torch.Tensor:
    """Rotation matrices of rotation vectors, shape (B, 3), or angles, shape (B, 1)."""
    if turn.shape[1] == 3:
        return torch.linalg.matrix_exp(skew(turn))
    cos, sin = turn.cos(), turn.sin()
    return torch.stack([torch.cat([cos, -sin], 1), torch.cat([sin, cos], 1)], 1)


def turns_of(rotations: torch.Tensor) -> torch.Tensor:
    """Rotation vectors, shape (B, 3), or angles, shape (B, 1), of rotation matrices."""
    if rotations.shape[-1] == 2:
        return torch.atan2(rotations[:, 1:, 0], rotations[:, :1, 0])
    crossed = rotations - rotations.transpose(1, 2)
    sine = torch.stack([crossed[:, 2, 1], crossed[:, 0, 2], crossed[:, 1, 0]], 1) / 2
    length = sine.norm(dim=1, keepdim=True)
    cosine = (rotations.diagonal(dim1=1, dim2=2).sum(1, keepdim=True) - 1) / 2
    angle = torch.atan2(length, cosine)
    return sine * torch.where(length > 1e-6, angle / length.clamp_min(1e-6), 1.0)


def assembled(linear: torch.Tensor, shift: torch.Tensor) -> torch.Tensor:
    """Maps, shape (B, D + 1, D + 1), of linear parts and translations."""
    top = torch.cat([linear, shift[..., None]], -1)
    last = torch.zeros_like(top[:, :1])
    last[..., -1] = 1
    return torch.cat([top, last], 1)
