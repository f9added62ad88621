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

_SKULL_REMEDY = "check that the scan shows a skull of the model's kind, and that its spacing is right"


class BundlePredictor:
    """Chooses the bundle of each specimen and predicts with it.

    Parameters
    ----------
    request : Request
        Choices of the run.
    threads : int, optional
        Threads that torch may use; None leaves them as they are.
    models : dict, optional
        Where loaded models are kept, by name or path; shared by predictors of one device and one
        choice of atlases.
    """

    def __init__(
        self, request: Request, threads: int | None = None, models: dict[str, Any] | None = None
    ) -> None:
        self._request = request
        self._threads = threads
        self._models: dict[str, Any] = {} if models is None else models
        self._identities: dict[str, ModelIdentity] = {}

    @property
    def loaded(self) -> tuple[str, ...]:
        """Names or paths of the models that are loaded."""
        return tuple(self._models)

    def load(self, name: str) -> None:
        """Load a bundle before there is a specimen for it.

        Raises
        ------
        InputError
            If there is none, or something about it is off.
        """
        from craniomark.flows.bundle import load_bundle

        if name not in self._models:
            self._models[name] = self._ready(load_bundle(name))

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
        from craniomark.flows.bundle.choose import check_named, fitting_bundle

        low, high = bone_box(volume)
        key = self._request.model
        if key is None:
            key = str(fitting_bundle(specimen.kind, high - low, specimen.path).path)
        if key not in self._models:
            self._models[key] = self._loaded(key, specimen, high - low)
        model, identity, manifest = self._models[key]
        if self._request.model:
            check_named(manifest, specimen.kind, high - low, specimen.path)
        return model, identity

    def _loaded(self, key: str, specimen: Specimen, extent: Any) -> tuple[Any, ModelIdentity, Any]:
        """Model, identity and manifest of the bundle of that name or path; what doesn't fit is not loaded."""
        from craniomark.flows.bundle import choose_bundle

        return self._ready(choose_bundle(specimen.kind, extent, key, specimen.path))

    def _ready(self, bundle: Any) -> tuple[Any, ModelIdentity, Any]:
        from craniomark.flows.pipeline.model import load_model

        self._limit_threads()
        model = load_model(bundle, self._request.atlases, self._request.options.device)
        return model, identity_of(bundle), bundle.manifest

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


def no_skull(specimen: Specimen, nothing: Exception) -> InputError:
    """The sentence for a scan in which nothing like the template was found."""
    score = getattr(nothing, "score", None)
    score = nothing.args[0] if score is None and nothing.args else score
    told = f" (best score {score:.2f})" if isinstance(score, float | np.floating) else ""
    return InputError(specimen.path, "skull", f"not found{told}", _SKULL_REMEDY)
