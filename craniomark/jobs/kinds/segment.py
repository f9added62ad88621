"""The bone mask of one scan."""

from craniomark.flows.jobs.requests import Segment
from craniomark.jobs.endings import Result
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

_SHARES = {
    "load the model": (0.0, 0.02), "read": (0.02, 0.05), "look over": (0.05, 0.15), "segment": (0.15, 0.95),
    "write": (0.95, 1.0),
}  # fmt: skip


def segment(ask: Segment, reports: Reports, shelf: Shelf) -> Result:  # noqa: ARG001 - as all kinds
    """Write the bone mask, which may be stopped between two tiles."""
    from craniomark.flows.segmentation.run import Options
    from craniomark.flows.segmentation.run import segment as run

    options = Options(ask.model, ask.device, ask.average, spacing=ask.spacing, unit=ask.unit)
    found = run(ask.scan, ask.out, options, Steps(reports, _SHARES))
    value = {
        "voxels": found.voxels,
        "share": found.share,
        "volume_mm3": found.volume_mm3,
        "model": found.model,
    }
    message = f"{found.volume_mm3:.1f} mm³ of bone, {found.share:.1%} of the voxels."
    return Result(message, ask.out, {"mask": ask.out}, value)
