"""Leaves, and what makes registrations of registrations (ICON, Greer et al. 2021)."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F

Map = Callable[[torch.Tensor], torch.Tensor]
"""From places to places, both of shape (B, D, *any)."""
Registration = Callable[[torch.Tensor, torch.Tensor], Map]
"""From a moving and a fixed image, shape (B, 1, *grid), to the map from fixed to moving places."""


def leaf(network: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Registration:
    """A network of displacements as a registration.

    ``leaf(n)(A, B)(x) = x + u(x)`` with ``u = n(A, B)``, shape (B, D, *grid), linear between voxels and
    beyond the border what it is there.
    """

    def register(moving: torch.Tensor, fixed: torch.Tensor) -> Map:
        vectors = network(moving, fixed)
        return lambda places: places + sampled(vectors, places)

    return register


def two_step(first: Registration, second: Registration) -> Registration:
    """What the first leaves undone, the second does.

    ``two_step(f, g)(A, B)(x) = p(q(x))`` with ``p = f(A, B)`` and ``q = g(A o p, B)``. Where g holds to its
    contract, ``(A o p)(q(x)) = B(x)``, and so does the whole.
    """

    def register(moving: torch.Tensor, fixed: torch.Tensor) -> Map:
        p = first(moving, fixed)
        q = second(seen_through(moving, p), fixed)
        return lambda places: p(q(places))

    return register


def downsample(f: Registration) -> Registration:
    """The same at half the resolution.

    ``downsample(f)(A, B) = f(a, b)`` with `a` and `b` the means over blocks of two voxels along each axis, of
    what there is at an odd border. Maps need no change, since places are shares of the image.
    """

    def register(moving: torch.Tensor, fixed: torch.Tensor) -> Map:
        pool = F.avg_pool2d if moving.ndim == 4 else F.avg_pool3d
        return f(pool(moving, 2, ceil_mode=True), pool(fixed, 2, ceil_mode=True))

    return register


def repeated(f: Registration, times: int) -> Registration:
    """``two_step(two_step(f, f), f)`` and so on: one registration applied as many times.

    Raises
    ------
    ValueError
        If `times` is under 1.
    """
    if times < 1:
        raise ValueError(f"times is {times}: give at least 1")
    return f if times == 1 else two_step(repeated(f, times - 1), f)


def seen_through(image: torch.Tensor, f: Map) -> torch.Tensor:
    """``A o f`` on the image's own grid: the image as places see it that `f` maps from."""
    return sampled(image, f(still_places(image.shape[2:], image)))


def still_places(shape: Sequence[int], like: torch.Tensor) -> torch.Tensor:
    """Places of the voxels of a grid, shape (1, D, *shape); of the type and device of `like`."""
    axes = [torch.linspace(0, 1, n, dtype=like.dtype, device=like.device) for n in shape]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"))[None]


def sampled(values: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Values, shape (B, C, *grid), at places, shape (B or 1, D, *any); beyond the border those at it."""
    grid = (2 * places - 1).flip(1).movedim(1, -1).expand(len(values), *places.shape[2:], places.shape[1])
    return F.grid_sample(values, grid, align_corners=True, padding_mode="border")
