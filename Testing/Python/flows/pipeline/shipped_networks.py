"""The bundle whose networks are guarded, networks without training, and skulls that it knows."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from skull_bundle import read_skull

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.pipeline.landmark_networks import Ensembles, Member, Rough
from craniomark.flows.pipeline.model import Model
from craniomark.flows.pipeline.predict import posed_by
from craniomark.ground.geometry import apply, invert
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.volumes import Volume
from craniomark.tasks.landmark.focus.network import FocusNetwork
from craniomark.tasks.landmark.levels.network import LandmarkNetwork
from craniomark.tasks.landmark.place import Placement, place_landmarks
from craniomark.tasks.landmark.stages import STAGES

TRIED = "CRANIOMARK_TEST_BUNDLE"
"""Names a folder to be guarded in place of the shipped bundle, before it is shipped."""
SHIPPED = Path(__file__).resolve().parents[4] / "Resources" / "Models" / "mouse-skull"


def guarded_bundle() -> Bundle:
    """The shipped bundle, or the one that is about to be."""
    return load_bundle(Path(os.environ.get(TRIED) or SHIPPED))


def untrained(network: LandmarkNetwork | FocusNetwork) -> LandmarkNetwork | FocusNetwork:
    """The same network with the weights that training begins with."""
    torch.manual_seed(1)
    if isinstance(network, FocusNetwork):
        return FocusNetwork(network.settings, network.landmarks).eval()
    return LandmarkNetwork(network.settings, network.grid, network.mean.double().numpy()).eval()


def without_training(ensembles: Ensembles, *kinds: str) -> Ensembles:
    """Ensembles of which some levels have no training."""
    changes: dict[str, object] = {}
    for kind in kinds:
        if kind == "rough":
            assert ensembles.rough is not None
            changes[kind] = replace(ensembles.rough, network=untrained(ensembles.rough.network))
        else:
            changes[kind] = tuple(Member(untrained(m.network), m.left_out) for m in getattr(ensembles, kind))
    return replace(ensembles, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Known:
    """A training specimen, placed by patch matching from a pose that is off.

    Attributes
    ----------
    volume, truth
        As they are.
    image : Image
        Of bone brightness 1.
    placement : Placement
        Of patch matching alone.
    """

    volume: Volume
    truth: LandmarkSet
    image: Image
    placement: Placement

    @property
    def canonical(self) -> Image:
        """The image in the frame of the placement."""
        return self.image.moved(invert(self.placement.template_to_specimen))

    @property
    def true_there(self) -> np.ndarray:
        """The true landmarks in that frame."""
        return apply(invert(self.placement.template_to_specimen), self.truth.points)


def known_skull(path: Path, model: Model, off: Callable[[np.ndarray], np.ndarray]) -> Known:
    """A landmarked CT, placed from the pose of its landmarks times what `off` makes of its centre."""
    skull = read_skull(path)
    truth = skull.truth.ordered(model.labels)
    image, pose = posed_by(truth, skull.volume, model)
    start = pose @ off(model.shape.mean.mean(0))
    placement = place_landmarks(image, start, model.shape, model.appearance, STAGES)
    return Known(skull.volume, truth, image, placement)


def mean_error(points: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance, mm, over the landmarks that both have."""
    return float(np.nanmean(np.linalg.norm(points - truth, axis=1)))


__all__ = ["Known", "Rough", "guarded_bundle", "known_skull", "mean_error", "untrained", "without_training"]
