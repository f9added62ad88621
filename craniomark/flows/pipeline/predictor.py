"""The predictor that answers from bundles; models are loaded once and kept."""

import hashlib
from functools import partial
from typing import Any

import numpy as np

from craniomark.flows.pipeline.bone_box import bone_box
from craniomark.flows.pipeline.prediction import Prediction, Progress
from craniomark.flows.pipeline.record import ModelIdentity
from craniomark.flows.pipeline.request import PredictorMaker, Request, RunError
from craniomark.ground.checks import InputError
from craniomark.ground.specimens import Specimen
from craniomark.ground.volumes import Volume

_KIND_REMEDY = "give its CT; landmarks of meshes are not predicted by this version"
_SKULL_REMEDY = "check that the scan shows a skull of the model's kind, and that its spacing is right"


class BundlePredictor:
    """Chooses the bundle of each specimen and predicts with it.

    Parameters
    ----------
    request : Request
        Choices of the run.
    threads : int, optional
        Threads that torch may use; None leaves them as they are.
    """

    def __init__(self, request: Request, threads: int | None = None) -> None:
        self._request = request
        self._threads = threads
        self._models: dict[str, Any] = {}
        self._identities: dict[str, ModelIdentity] = {}

    def identity(self, name: str | None) -> ModelIdentity | None:
        """The model of that name, or None where it can't be loaded any more."""
        from craniomark.flows.bundle import load_bundle

        if not name:
            return None
        if name not in self._identities:
            try:
                self._identities[name] = identity_of(load_bundle(name))
            except InputError:
                return None
        return self._identities[name]

    def predict(
        self, specimen: Specimen, volume: Volume, progress: Progress
    ) -> tuple[Prediction, ModelIdentity]:
        """Landmarks of one specimen.

        Raises
        ------
        InputError
            If no model fits, several do, or no skull is found.
        """
        model, identity = self.model_for(specimen, volume)
        from craniomark.flows.pipeline.predict import NoSkullError, predict

        try:
            return predict(volume, model, self._request.options, progress), identity
        except NoSkullError as nothing:
            raise no_skull(specimen, nothing) from nothing

    def model_for(self, specimen: Specimen, volume: Volume) -> tuple[Any, ModelIdentity]:
        """The loaded model that fits, and which one it is.

        Raises
        ------
        RunError
            If the bundle, the atlases or the device can't be used, for whatever specimen.
        InputError
            If no model fits this specimen.
        """
        try:
            return self._fitting(specimen, volume)
        except InputError as error:
            if error.file == str(specimen.path):
                raise
            raise RunError(error.file, error.field, error.value, error.remedy) from error

    def _fitting(self, specimen: Specimen, volume: Volume) -> tuple[Any, ModelIdentity]:
        from craniomark.flows.bundle import choose_bundle

        low, high = bone_box(volume)
        wanted = self._request.model
        if wanted and wanted in self._models:
            return self._models[wanted]
        bundle = choose_bundle(specimen.kind, high - low, wanted, specimen.path)
        key = wanted or str(bundle.source)
        if key not in self._models:
            from craniomark.flows.pipeline.model import load_model

            self._limit_threads()
            model = load_model(bundle, self._request.atlases, self._request.options.device)
            self._models[key] = (model, identity_of(bundle))
        return self._models[key]

    def _limit_threads(self) -> None:
        if self._threads:
            import torch

            torch.set_num_threads(self._threads)


def predictor_maker(request: Request, threads: int | None = None) -> PredictorMaker:
    """What makes a `BundlePredictor` in this process or another."""
    return partial(BundlePredictor, request, threads)


def identity_of(bundle: Any) -> ModelIdentity:
    """Name, version and checksum of a bundle; its ``bundle.json`` lists the checksums of all its files."""
    text = (bundle.folder / "bundle.json").read_bytes()
    return ModelIdentity(bundle.manifest.name, bundle.manifest.version, hashlib.sha256(text).hexdigest())


def refuse_surface(specimen: Specimen) -> None:
    """Raise InputError for a mesh: the models of this version read volumes."""
    if specimen.kind != "ct":
        raise InputError(specimen.path, "kind of input", "a surface mesh", _KIND_REMEDY)


def no_skull(specimen: Specimen, nothing: Exception) -> InputError:
    """The sentence for a scan in which nothing like the template was found."""
    score = getattr(nothing, "score", None)
    score = nothing.args[0] if score is None and nothing.args else score
    told = f" (best score {score:.2f})" if isinstance(score, float | np.floating) else ""
    return InputError(specimen.path, "skull", f"not found{told}", _SKULL_REMEDY)
