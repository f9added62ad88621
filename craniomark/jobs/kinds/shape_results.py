"""Predicted shapes: compared with true ones, shown by their modes, written for other programs."""

from craniomark.flows.jobs import shape_requests as asks
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

DISTANCES = "test_distances.csv"


def analyze(ask: asks.ShapeAnalyze, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Compare predictions with true surfaces; may be stopped between specimens."""
    from craniomark.flows.shape.analyze import analyze as analysed

    rows = analysed(
        ask.truth, ask.predictions, ask.mean_prefix, ask.out, ask.walls, ask.shape_model,
        Steps(reports, {"analyze": (0.0, 1.0)}), reports.warden.stop_file,
    )  # fmt: skip
    mean = sum(row.figures["symmetric_mean"] for row in rows) / len(rows)
    files = {"distances": ask.out / DISTANCES, "report": ask.out / "report.html"}
    value = {"mean_mm": mean, "names": [row.name for row in rows]}
    return Result(f"{len(rows)} shapes, {mean:.3f} mm off in the mean.", ask.out, files, value)


def modes(ask: asks.ShapeModes, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Write how each mode moves the mean mesh."""
    from craniomark.flows.shape.mode_fields import write_mode_fields

    told = Steps(reports, {"modes": (0.0, 1.0)})
    value = write_mode_fields(
        ask.pca, ask.mean_prefix, ask.out, ask.most, lambda part: told("modes", part)
    )  # fmt: skip
    words = f"{value['modes']} of {value['of']} modes, which hold {value['share']:.0%} of the variance."
    return Result(words, ask.out, {"modes": ask.out}, value)


def export(ask: asks.ShapeExport, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Write meshes with scalars, and particles as landmarks."""
    from craniomark.flows.shape.exported import export_results

    told = Steps(reports, {"write": (0.0, 1.0)})
    value = export_results(ask.analysis, ask.predictions, ask.out, ask.mesh_format, ask.landmarks, told)
    words = f"{value['meshes']} meshes and {value['landmarks']} landmark files written."
    return Result(words, ask.out, {}, value)
