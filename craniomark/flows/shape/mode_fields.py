"""How each mode of a shape model moves the vertices of its mean mesh, for sliders that show it at once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from craniomark.flows.shape.particle_files import SUFFIX, read_particles
from craniomark.flows.shape.pca_files import read_pca
from craniomark.flows.shape.warp import spline
from craniomark.ground.checks import InputError, written_whole
from craniomark.ground.meshes import read_surface


def write_mode_fields(
    pca: Path, mean_prefix: Path, out: Path, most: int, told: Callable[[float], None] = lambda _: None
) -> dict[str, float]:
    """Write mean mesh and modes as ``.npz``: a shape is the mean plus modes times standard deviations.

    A thin-plate spline is linear in where its particles go, so that the sum of the modes' fields is the mesh
    that the spline through the particles of that shape would give.

    Parameters
    ----------
    pca : Path
        Folder ``PCA_Particle_Info``.
    mean_prefix : Path
        ``PREFIX.particles`` and ``PREFIX.ply``, in the frame of the model.
    out : Path
        Gets ``vertices faces fields`` (M, V, 3), ``particles modes`` (M, N, 3), ``sd`` and ``shares``
        (M,); all in LPS mm, fields and modes for one standard deviation.
    most : int
        Modes, at most.
    told : callable
        Hears the fraction done; may raise to stop.

    Returns
    -------
    dict
        ``modes``, ``of`` how many there are, ``share`` of the variance that they hold.

    Raises
    ------
    InputError
        If a file is missing, or mean particles and model are of different length.
    """
    model, _ = read_pca(pca)
    points = read_particles(mean_prefix.with_name(mean_prefix.name + SUFFIX))
    surface = read_surface(mean_prefix.with_name(mean_prefix.name + ".ply"))
    if len(points) != len(model.mean):
        value = f"{len(points)}, while the modes have {len(model.mean)}"
        remedy = "choose mean and modes of one shape model"
        raise InputError(mean_prefix.with_name(mean_prefix.name + SUFFIX), "particles", value, remedy)
    count = min(most, len(model.modes))
    sd = np.sqrt(model.variances[:count])
    modes = model.modes[:count] * sd[:, None, None]
    base = spline(points, model.mean)(surface.vertices)
    fields = np.empty((count, *base.shape), dtype=np.float32)
    for number, mode in enumerate(modes):
        told(number / count)
        fields[number] = spline(points, model.mean + mode)(surface.vertices) - base
    shares = model.variances[:count] / model.total
    with written_whole(out) as part, part.open("wb") as stream:
        np.savez(
            stream, vertices=base.astype(np.float32), faces=surface.faces.astype(np.int32), fields=fields,
            particles=model.mean, modes=modes.astype(np.float32), sd=sd, shares=shares,
        )  # fmt: skip
    told(1.0)
    return {"modes": count, "of": len(model.variances), "share": float(shares.sum())}
