"""Pictures of where each landmark of a model lies, drawn by a thread on the model's template."""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from craniomark.desktop.png import write_png
from craniomark.desktop.skull_views import SkullViews
from craniomark.flows.pipeline.bone_box import bone_threshold
from craniomark.ground.landmarks import read_landmarks
from craniomark.ground.volumes.nifti import read_nifti

TEMPLATE, POINTS = "template.nii.gz", "template.mrk.json"
_AVERAGE_FADES = 0.6
"""Thin bone is faint in an average: so much of the usual threshold shows it whole."""


class LandmarkPictures:
    """Draws the landmarks of a model when one of them is first asked for.

    Parameters
    ----------
    follow : callable
        Calls a step again and again until it returns True, in the thread of the windows.
    """

    def __init__(self, follow: Callable[[Callable[[], bool]], None]) -> None:
        self._follow = follow
        self.changed: Callable[[], None] = lambda: None
        self._folder: Path | None = None
        self._drawn: dict[Path, dict[str, Path]] = {}
        self._begun: set[Path] = set()

    def of(self, model: Path | None, label: str) -> Path | None:
        """The picture of a landmark; None while it is drawn, and where the model has none."""
        if model is None:
            return None
        if model not in self._begun:
            self._begin(model)
        return self._drawn.get(model, {}).get(label)

    def _begin(self, model: Path) -> None:
        self._begun.add(model)
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="craniomark-pictures-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        place = self._folder / str(len(self._begun))
        found: list[dict[str, Path]] = []
        thread = threading.Thread(
            target=lambda: found.append(_drawn(model, place)), name="craniomark pictures", daemon=True
        )
        thread.start()

        def step() -> bool:
            if found:
                self._drawn[model] = found[0]
                self.changed()
            return bool(found)

        self._follow(step)


def _drawn(model: Path, place: Path) -> dict[str, Path]:
    """Pictures by label; none where the model has no template of voxels, or no room is left for them."""
    try:
        template = read_nifti(model / TEMPLATE)
        landmarks = read_landmarks(model / POINTS)
        views = SkullViews(template, _AVERAGE_FADES * bone_threshold(template))
        paths = {}
        for number, (label, point) in enumerate(zip(landmarks.labels, landmarks.points, strict=True)):
            if landmarks.present[number]:
                paths[label] = place / f"{number}.png"
                write_png(views.picture(point), paths[label])
    except (ValueError, OSError):  # a review does without
        return {}
    return paths
