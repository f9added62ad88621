"""The landmark networks of a bundle: read, checked, joined to ensembles, and written as parts of one."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.pipeline.weight_files import checked_weights, write_weights
from craniomark.flows.training.config.instantiate import instantiate
from craniomark.ground.checks import InputError
from craniomark.tasks.landmark.focus.network import FocusNetwork, FocusSettings
from craniomark.tasks.landmark.focus.predict import focus
from craniomark.tasks.landmark.fuse import Answer, Networks
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings
from craniomark.tasks.landmark.levels.predict import predict_together
from craniomark.tasks.landmark.levels.rough import predict_pose, rough_network

LANDMARK_PART = "landmark_networks"
SETTINGS = "landmark-networks.json"
KINDS = ("levels", "focus")
ROUGH = "rough"
FEWEST_ROUGH = 4
ROUGH_POSES = 4
"""Rotations of the image over which the rough landmarks are averaged."""


@dataclass(frozen=True, eq=False)
class Member:
    """One network of an ensemble.

    Attributes
    ----------
    network : LandmarkNetwork or FocusNetwork
        Trained.
    left_out : tuple of str
        Specimens of the bundle that it has not seen.
    """

    network: LandmarkNetwork | FocusNetwork
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Ensembles:
    """The members of each level.

    Attributes
    ----------
    levels, focus : tuple of Member
        Of the whole skull, and of patches about landmarks.
    rough : Rough, optional
        A few landmarks in any rotation.
    """

    levels: tuple[Member, ...]
    focus: tuple[Member, ...]
    rough: "Rough | None" = None

    def networks(self) -> Networks:
        """All members together."""
        return joined([m.network for m in self.levels], [m.network for m in self.focus])

    def unseen(self, specimen: str) -> Networks | None:
        """The members that have not seen a specimen; None where a level has no such."""
        levels = [m.network for m in self.levels if specimen in m.left_out]
        sharp = [m.network for m in self.focus if specimen in m.left_out]
        return joined(levels, sharp) if sharp and (levels or not self.levels) else None


@dataclass(frozen=True, eq=False)
class Rough:
    """The network of a few landmarks in any rotation, as a function from an image to a pose.

    Attributes
    ----------
    network : LandmarkNetwork
        Trained.
    mean : ndarray, shape (L, 3)
        Mean landmarks of the bundle, mm.
    chosen : tuple of int
        Which of them it places.
    """

    network: LandmarkNetwork
    mean: NDArray[np.float64]
    chosen: tuple[int, ...]

    def __call__(self, image: Image) -> NDArray[np.float64] | None:
        """Similarity, 4x4, from the template's to the image's frame, mm; None where the answers tell none."""
        try:
            found = predict_pose(self.network, image, self.mean, self.chosen, poses=ROUGH_POSES)
        except ValueError:  # all on one line: there is no skull
            return None
        return found.template_to_specimen


def joined(
    levels: Sequence[LandmarkNetwork | FocusNetwork], sharp: Sequence[LandmarkNetwork | FocusNetwork]
) -> Networks:
    """Ensembles behind one function a level."""
    whole = [network for network in levels if isinstance(network, LandmarkNetwork)]
    close = [network for network in sharp if isinstance(network, FocusNetwork)]

    def locate(image: Image) -> Answer:
        return predict_together(whole, image)

    def look(image: Image, starts: NDArray[Any]) -> Answer:
        return focus(close, image, starts)

    return Networks(locate if whole else None, look)


def load_landmark_networks(bundle: Bundle, device: str | torch.device = "cpu") -> Ensembles | None:
    """The landmark networks of a bundle; None where its manifest names no such part.

    Parameters
    ----------
    bundle : Bundle
        Verified.
    device : torch.device
        Where the networks go.

    Raises
    ------
    InputError
        If settings or weights are not sound, or do not fit one another.
    """
    if LANDMARK_PART not in bundle.manifest.parts:
        return None
    path = bundle.path(SETTINGS)
    told = read_json(path.read_bytes(), path)
    strange = sorted(set(told) - {*KINDS, ROUGH})
    if strange:
        raise _unusable(bundle, f"{strange[0]} is not known")
    found = {kind: tuple(_members(bundle, told, kind, device)) for kind in KINDS}
    if not found["focus"]:
        raise _unusable(bundle, "no focus network")
    return Ensembles(found["levels"], found["focus"], _rough(bundle, told, device))


def landmark_parts(ensembles: Ensembles) -> dict[str, Callable[[Path], None]]:
    """Writers of the files of the part `LANDMARK_PART`: weights in half precision, and settings."""
    told: dict[str, list[dict[str, Any]]] = {}
    writers: dict[str, Callable[[Path], None]] = {}
    for kind in KINDS:
        told[kind] = []
        for number, member in enumerate(getattr(ensembles, kind)):
            name = f"{kind}-{number}.safetensors"
            settings = asdict(member.network.settings)
            told[kind].append({"weights": name, "left_out": list(member.left_out), "settings": settings})
            writers[name] = partial(write_weights, member.network)
    if ensembles.rough is not None:
        name, rough = f"{ROUGH}.safetensors", ensembles.rough
        told[ROUGH] = [
            {"weights": name, "landmarks": list(rough.chosen), "settings": asdict(rough.network.settings)}
        ]
        writers[name] = partial(write_weights, rough.network)
    text = json.dumps(told, indent=1) + "\n"
    return writers | {SETTINGS: lambda path: _write(path, text)}


def _members(bundle: Bundle, told: Mapping[str, Any], kind: str, device: str | torch.device) -> list[Member]:
    members = []
    for one in _listed(bundle, told, kind):
        try:
            name, settings, left_out = str(one["weights"]), one["settings"], one["left_out"]
        except KeyError as error:
            raise _unusable(bundle, f"a network of {kind} lacks {error}") from error
        if not isinstance(left_out, list):
            raise _unusable(bundle, f"left_out of {name} is not a list")
        with torch.random.fork_rng(devices=[]):
            network = _network(bundle, kind, settings)
        network.load_state_dict(checked_weights(bundle, name, network))
        unseen = tuple(str(specimen) for specimen in left_out)
        members.append(Member(network.to(device).requires_grad_(False).eval(), unseen))
    return members


def _listed(bundle: Bundle, told: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    listed = told.get(kind, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _unusable(bundle, f"{kind} is not a list of objects")
    return listed


def _rough(bundle: Bundle, told: Mapping[str, Any], device: str | torch.device) -> Rough | None:
    listed = _listed(bundle, told, ROUGH)
    if not listed:
        return None
    mean = bundle.landmarks().points
    try:
        name, settings = str(listed[0]["weights"]), listed[0]["settings"]
        chosen = tuple(int(row) for row in listed[0]["landmarks"])
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(bundle, f"the network of {ROUGH} lacks {error}") from error
    if len(set(chosen)) < max(FEWEST_ROUGH, len(chosen)) or not all(0 <= row < len(mean) for row in chosen):
        raise _unusable(bundle, f"landmarks of {ROUGH} are {chosen}")
    with torch.random.fork_rng(devices=[]):
        made = instantiate(NetworkSettings, settings, str(bundle.path(SETTINGS)))
        with _fitting(bundle):
            network = rough_network(made, mean, chosen)
    network.load_state_dict(checked_weights(bundle, name, network))
    return Rough(network.to(device).requires_grad_(False).eval(), mean, chosen)


def _network(bundle: Bundle, kind: str, settings: Mapping[str, Any]) -> LandmarkNetwork | FocusNetwork:
    where = str(bundle.path(SETTINGS))
    if kind == "focus":
        return FocusNetwork(instantiate(FocusSettings, settings, where), len(bundle.manifest.labels))
    chosen, mean = instantiate(NetworkSettings, settings, where), bundle.landmarks().points
    with _fitting(bundle):
        grid = Grid.around(mean, chosen.spacing, chosen.margin, chosen.unet.multiple)
        return LandmarkNetwork(chosen, grid, mean)


@contextmanager
def _fitting(bundle: Bundle) -> Iterator[None]:
    """Settings that are sound by themselves may not fit the landmarks."""
    try:
        yield
    except ValueError as error:
        raise _unusable(bundle, error) from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _unusable(bundle: Bundle, what: object) -> InputError:
    return InputError(bundle.path(SETTINGS), "content", f"not usable ({what})", "make the bundle anew")
