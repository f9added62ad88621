"""DeepSSM's JSON, in its current and older dialects, read once into stages of the one training path."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from craniomark.flows.shape.config_keys import Keys
from craniomark.flows.training.files import write_json
from craniomark.ground.checks import InputError
from craniomark.tasks.shape.intensity import IntensitySettings
from craniomark.tasks.shape.network import NetworkSettings

FUNCTIONS = ("MSE", "Focal")
DECAYS = ("Step", "CosineAnnealing")
_FINE_TUNE_EPOCHS, _AE, _TF, _JOINT = 2, 100, 100, 25


@dataclass(frozen=True)
class Decay:
    """Course of the learning rate over epochs.

    Attributes
    ----------
    kind : str
        Step, CosineAnnealing, or empty for none.
    t_max, step_size : int
        Epochs of half a cosine, and between steps.
    eta_min : float
        Lowest learning rate of the cosine.
    gamma : float
        Factor of each step.
    """

    kind: str = ""
    t_max: int = 10
    eta_min: float = 0.0
    step_size: int = 1
    gamma: float = 0.99


@dataclass(frozen=True)
class StagePlan:
    """One stage of training.

    Attributes
    ----------
    stage : str
        Of `ObjectiveSettings`.
    title : str
        As the log names it.
    epochs, val_freq : int
        How long, and epochs between validations.
    learning_rate : float
        Of Adam.
    function : str
        MSE or Focal.
    decay : Decay
        Course of the learning rate.
    """

    stage: str
    title: str
    epochs: int
    val_freq: int
    learning_rate: float
    function: str
    decay: Decay


@dataclass(frozen=True, eq=False)
class DeepSSMConfig:
    """What a config file asks for.

    Attributes
    ----------
    path : Path
        The file.
    raw : dict
        All that it holds, unknown keys too.
    model_name : str
        Folder of the model in `out_dir`.
    latent : int
        Scores.
    out_dir, loader_dir, aug_dir : Path
        Folders; relative ones are looked for where the command runs, then beside the file.
    network : NetworkSettings
        Which network.
    supervised_latent : bool
        Whether the base network learns scores.
    focal : mapping of str to float
        Parameters of the focal loss, and ``alpha`` of the joint stage.
    intensity : IntensitySettings
        Live augmentation.
    stages : tuple of StagePlan
        In order.
    use_best_model : bool
        Whether later stages and tests take the best weights; else the last.
    """

    path: Path
    raw: dict[str, Any]
    model_name: str
    latent: int
    out_dir: Path
    loader_dir: Path
    aug_dir: Path
    network: NetworkSettings
    supervised_latent: bool
    focal: Mapping[str, float]
    intensity: IntensitySettings
    stages: tuple[StagePlan, ...]
    use_best_model: bool

    @property
    def model_dir(self) -> Path:
        """Where the model lies."""
        return self.out_dir / self.model_name

    @property
    def weights(self) -> Path:
        """Weights that tests take."""
        return self.model_dir / f"{self.best}{self.suffix}.safetensors"

    @property
    def best(self) -> str:
        """First part of the name of the weights that are taken."""
        return "best_model" if self.use_best_model else "final_model"

    @property
    def suffix(self) -> str:
        """``_ft`` after fine-tuning."""
        return "_ft" if any(one.stage == "fine_tune" for one in self.stages) else ""

    def remember(self, **values: Any) -> None:
        """Write values into the file, all else of it kept."""
        self.raw.update(values)
        write_json(self.path, self.raw)


def read_config(path: Path) -> DeepSSMConfig:
    """Read a config.

    Raises
    ------
    InputError
        If it is no JSON, lacks a key, holds a wrong value (told with the valid range), or is of BVIB-DeepSSM.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        value = f"not readable ({error.strerror})"
        raise InputError(path, "file", value, "check its name and folder") from error
    except ValueError as error:
        raise InputError(path, "content", f"no JSON ({error})", "write DeepSSM's config as JSON") from error
    keys = Keys(path, raw)
    _refuse_bvib(path, raw)
    trainer, loss, tl = keys.part("trainer"), keys.part("loss"), keys.part("tl_net", optional=True)
    encoder, decoder = keys.part("encoder"), keys.part("decoder")
    enabled = tl.truth("enabled", False)
    network = NetworkSettings(
        tl=enabled,
        stochastic_encoder=not encoder.truth("deterministic"),
        stochastic_decoder=not decoder.truth("deterministic"),
        linear_decoder=decoder.truth("linear"),
        whitened=keys.truth("pca_whiten", True),
        filters=encoder.whole("filters", 1, NetworkSettings.filters),
    ) if not enabled else _tl_settings(encoder, decoder)  # fmt: skip
    function = loss.choice("function", FUNCTIONS)
    plan = _Plan(keys, trainer, function)
    paths = keys.part("paths")
    out_dir, loader_dir, aug_dir = (
        _folder(paths.text(f"{name}_dir"), path) for name in ("out", "loader", "aug")
    )
    given = keys.part("intensity_augmentation", optional=True)
    return DeepSSMConfig(
        path, raw, keys.text("model_name"), keys.whole("num_latent_dim", 1), out_dir, loader_dir, aug_dir,
        network, loss.truth("supervised_latent"), _focal(loss, tl), _intensity(given),
        plan.tl(tl) if enabled else plan.base(), keys.truth("use_best_model"),
    )  # fmt: skip


class _Plan:
    """The stages that a config asks for."""

    def __init__(self, keys: Keys, trainer: Keys, function: str) -> None:
        self._tuned = keys.part("fine_tune")
        self._trainer, self._function = trainer, function
        self._rate = trainer.number("learning_rate", above=0)
        self._every = trainer.whole("val_freq", 1)
        self._decay = _decay(trainer, Decay())
        self._epochs = trainer.whole("epochs", 1)

    def base(self) -> tuple[StagePlan, ...]:
        first = StagePlan("base", "Base", self._epochs, self._every, self._rate, self._function, self._decay)
        tuned = self._tuned
        if not tuned.truth("enabled"):
            return (first,)
        second = StagePlan(
            "fine_tune", "Fine_Tuning",
            tuned.whole("epochs", 1, _FINE_TUNE_EPOCHS), tuned.whole("val_freq", 1, self._every),
            tuned.number("learning_rate", self._rate, above=0), tuned.choice("loss", FUNCTIONS, "MSE"),
            _decay(tuned, self._decay),
        )  # fmt: skip
        return first, second

    def tl(self, tl: Keys) -> tuple[StagePlan, ...]:
        self._tuned.truth("enabled")  # checked; a TL network is trained jointly in its place
        stages = (("ae", "AE", _AE), ("tf", "T-Flank", _TF), ("joint", "Joint", _JOINT))
        return tuple(
            StagePlan(
                stage, title, tl.whole(f"{stage}_epochs", 1, usual), self._every, self._rate, self._function,
                self._decay,
            )
            for stage, title, usual in stages
        )  # fmt: skip


def _tl_settings(encoder: Keys, decoder: Keys) -> NetworkSettings:
    for part in (encoder, decoder):
        if not part.truth("deterministic"):
            raise part.refuse("deterministic", False, "give true, as tl_net is enabled")
    decoder.truth("linear")
    return NetworkSettings(tl=True, filters=encoder.whole("filters", 1, NetworkSettings.filters))


def _decay(part: Keys, before: Decay) -> Decay:
    """A truth value, as older configs have it, or an object."""
    if "decay_lr" not in part.values:
        return before
    if isinstance(part.values["decay_lr"], bool):
        # As it was when the switch was all there was: a hundredth less each epoch.
        return Decay("Step") if part.values["decay_lr"] else Decay()
    given = part.part("decay_lr")
    if not given.truth("enabled"):
        return Decay()
    numbers = given.part("parameters", optional=True)
    return Decay(
        given.choice("type", DECAYS, "CosineAnnealing"),
        numbers.whole("T_max", 1, 10), numbers.number("eta_min", 0.0, least=0),
        numbers.whole("step_size", 1, 1), numbers.number("gamma", 0.99, above=0, most=1),
    )  # fmt: skip


def _focal(loss: Keys, tl: Keys) -> dict[str, float]:
    """Parameters from ``tl_net``, or from ``loss.parameters`` where they are given there."""
    given = loss.part("parameters", optional=True)
    usual = {"a_ae": 10.0, "c_ae": 1.32, "a_lat": 10.0, "c_lat": 6.3}
    found = {
        name: given.number(name, tl.number(name, value, least=0), least=0) for name, value in usual.items()
    }
    return {
        "a_particles": found["a_ae"], "c_particles": found["c_ae"], "a_latent": found["a_lat"],
        "c_latent": found["c_lat"], "alpha": tl.number("alpha", 1.0, least=0),
    }  # fmt: skip


def _intensity(given: Keys) -> IntensitySettings:
    usual = IntensitySettings()
    numbers = {
        name: given.number(name, getattr(usual, name), least=0)
        for name in ("scale", "shift", "noise", "gamma", "blur")
    }
    if numbers["scale"] >= 1:
        raise given.refuse("scale", numbers["scale"], "give 0 to below 1")
    return IntensitySettings(given.truth("enabled", False), **numbers)


def _folder(text: str, config: Path) -> Path:
    path = Path(text).expanduser()
    beside = config.parent / path
    return beside if not path.is_absolute() and not path.exists() and beside.exists() else path


def _refuse_bvib(path: Path, raw: Mapping[str, Any]) -> None:
    encoder, loss = raw.get("encoder"), raw.get("loss")
    signs = [
        isinstance(encoder, dict) and {"stochastic", "covariance_type"} & set(encoder),
        isinstance(loss, dict) and "vib" in str(loss.get("function", "")).lower(),
        "batch_ensemble" in raw,
    ]
    if any(signs):
        remedy = (
            "give a config of ShapeWorks' DeepSSM; uncertainty comes from an ensemble or a stochastic encoder"
        )
        raise InputError(path, "dialect", "that of BVIB-DeepSSM", remedy)
