"""One image brought onto another."""

from pathlib import Path
from typing import Any

from craniomark.flows.jobs.requests import Register
from craniomark.ground.checks import written_whole
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports
from craniomark.jobs.shelf import Shelf

FIELD = "field.npz"
FIELD_MM = 0.3
"""Between the places at which a map that is not linear is told; between them it is smooth."""


def register(ask: Register, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Register, and write transform, warped image and report; a map that isn't linear also as a field."""
    from craniomark.engine.maps import Linear
    from craniomark.flows.pipeline.model import chosen_device
    from craniomark.flows.registration.methods import Options, method_of
    from craniomark.flows.registration.pair import read_pair
    from craniomark.flows.registration.run import (
        REPORT,
        TRANSFORM,
        WARPED,
        check_folder,
        registered,
        write_registration,
    )

    method = method_of(ask.method)
    check_folder(ask.out)
    options = Options(ask.steps, ask.model, chosen_device(ask.device))
    reports.progress("read", 0.0)
    pair = read_pair(ask.fixed, ask.moving, options.device, ask.spacing, ask.unit)
    done = registered(pair, method, options, reports.progress)
    report = write_registration(done, pair, method, options, ask.out, reports.progress)
    files = {"transform": ask.out / TRANSFORM, "warped": ask.out / WARPED, "report": ask.out / REPORT}
    value = dict(report) | {"matrix": None}
    if isinstance(done.found.map, Linear):
        value["matrix"] = done.found.map.matrix.tolist()
    else:
        files["field"] = ask.out / FIELD
        _write_field(done.found.map, pair, ask.out / FIELD)
    return Result(register_words(report), ask.out, files, value)


def register_words(report: dict[str, Any]) -> str:
    """Verdict and likeness in a sentence."""
    before, after = report["similarity"]["before"], report["similarity"]["after"]
    told = f"match {before:.2f} before, {after:.2f} after"
    if report["verdict"] == "good":
        return f"The images fit: {told}."
    if report["verdict"] == "none":
        return f"The images have nothing in common ({told}): are they of the same kind?"
    return f"The fit is doubtful ({told}): look at it before you use it."


def _write_field(found: Any, pair: Any, path: Path) -> None:
    """The map as displacements on a lattice over the fixed image, LPS mm."""
    import numpy as np

    from craniomark.engine.diffeo.lattice import lattice_over
    from craniomark.engine.image import grid_points

    shape, matrix = lattice_over(pair.fixed.shape, pair.fixed.matrix, FIELD_MM)
    points = grid_points(shape, matrix, pair.fixed.voxels.device)  # type: ignore[arg-type]
    vectors = (found(points) - points).movedim(-1, 0).cpu().numpy()
    with written_whole(path) as part, part.open("wb") as stream:
        np.savez(stream, vectors=vectors.astype(np.float32), matrix=matrix)
