"""The pose of one scan."""

from typing import Any

from craniomark.flows.jobs.requests import Orient
from craniomark.jobs.endings import Result
from craniomark.jobs.kinds.scan import pipeline_request, scanned
from craniomark.jobs.reports import Reports, Steps
from craniomark.jobs.shelf import Shelf

_SHARES = {"orient": (0.05, 0.7), "rough": (0.7, 0.8), "coarse": (0.8, 1.0)}


def orient(ask: Orient, reports: Reports, shelf: Shelf) -> Result:
    """Find the pose and write it as a transform."""
    from craniomark.flows.pipeline.single import check_file, pose_of
    from craniomark.flows.pipeline.transform_file import check_name, write_pose

    check_name(ask.out)
    check_file(ask.out, ask.scan)
    request = pipeline_request(ask, ask.out.parent)
    found = scanned(ask, request, reports, shelf)
    pose = pose_of(found.specimen, found.volume, found.model, Steps(reports, _SHARES))
    write_pose(pose.specimen_to_template, ask.out)
    known = found.volume.left_right_known
    value = pose_value(pose) | {"left_right": "verified" if known else "unverified"}
    return Result(pose_words(value), ask.out, {"transform": ask.out}, value)


def pose_value(pose: Any) -> dict[str, Any]:
    """A pose as JSON can hold it; the matrix takes specimen LPS mm to template LPS mm."""
    return {
        "score": float(pose.score), "verdict": pose.verdict, "degrees": float(pose.degrees),
        "scale": float(pose.scale), "specimen_to_template": pose.specimen_to_template.tolist(),
    }  # fmt: skip


def pose_words(value: dict[str, Any]) -> str:
    """Verdict, turn and score in a sentence."""
    told = f"turned by {value['degrees']:.1f}°, size {value['scale']:.2f}, score {value['score']:.2f}"
    if value["verdict"] == "doubtful":
        return f"The pose is doubtful ({told}): look at it before you use it."
    return f"The pose is {value['verdict']}: {told}."
