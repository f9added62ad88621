"""Sample data for Slicer's module Sample Data, from the registered data sets."""

import json
from typing import Any

from craniomark.desktop.words import tr
from craniomark.ground.resources import resource_folder

CATEGORY = "CranioMark"
DATASET = "mmllm"
ENDS, LABELS = ".nii.gz", "-LM"
SHOWN = 2
"""How many scans are offered: one to begin with, and another to compare."""


def sample_scans() -> list[dict[str, Any]]:
    """Name, address, checksum and file of the scans that are offered."""
    path = resource_folder() / "Datasets" / f"{DATASET}.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    scans = [(name, one) for name, one in told["files"].items() if name.endswith(ENDS) and LABELS not in name]
    return [
        {
            "name": tr("Mouse skull CT {number}").format(number=number),
            "uri": told["base_url"] + one["url"], "file": name, "sha256": one["sha256"],
            "node": name.removesuffix(ENDS),
        }
        for number, (name, one) in enumerate(scans[:SHOWN], 1)
    ]  # fmt: skip


def register_samples() -> None:
    """Offer the scans; does nothing where Slicer has no module Sample Data, or they are there already."""
    try:
        import SampleData  # type: ignore[import-not-found]
    except ImportError:
        return
    if getattr(SampleData, "_craniomark", False):
        return
    SampleData._craniomark = True
    logic = SampleData.SampleDataLogic
    for scan in sample_scans():
        logic.registerCustomSampleDataSource(
            category=CATEGORY, sampleName=scan["name"], uris=scan["uri"], fileNames=scan["file"],
            nodeNames=scan["node"], checksums=f"SHA256:{scan['sha256']}", loadFileType="VolumeFile",
        )  # fmt: skip
