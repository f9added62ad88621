"""DeepSSM in Python: five functions, called as those of ShapeWorks are."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from craniomark.flows.shape.analyze import analyze
from craniomark.flows.shape.correspond import WallChoice
from craniomark.flows.shape.images import View
from craniomark.flows.shape.loaders import make_test, make_train_validation
from craniomark.flows.shape.predictions import predict_test_part
from craniomark.flows.shape.stages import train_deepssm
from craniomark.ground.checks import InputError

Place = str | PathLike[str]


def get_train_val_loaders(
    loader_dir: Place, aug_data_csv: Place, batch_size: int = 1, down_factor: float = 1.0,
    down_dir: Place | None = None, train_split: float = 0.8, **more: Any,
) -> tuple[Path, Path]:  # fmt: skip
    """Write the parts to learn from and to validate on; returns their folders.

    Parameters
    ----------
    loader_dir : path
        Folder to write.
    aug_data_csv : path
        ``TotalData.csv``.
    batch_size : int
        Of the training.
    down_factor : float
        Ratio of new to old size of the images.
    down_dir : path, optional
        Where coarser images are kept.
    train_split : float
        Share of the specimens to train on.
    **more
        ``train``, ``validation`` (lists of names), ``box`` (six numbers), ``seed``, ``told``,
        ``stop_file``, as of `make_train_validation`.

    Raises
    ------
    InputError
        As of `make_train_validation`.
    """
    view = _view(down_factor, tuple(more.pop("box", ())))
    kept = Path(down_dir) if down_dir is not None else None
    folder = make_train_validation(
        Path(loader_dir), Path(aug_data_csv), batch_size, view, kept, train_split, **more
    )
    return folder / "train", folder / "validation"


def get_test_loader(
    loader_dir: Place, test_img_list: Sequence[Place], down_factor: float | None = None,
    down_dir: Place | None = None,
) -> tuple[Path, list[str]]:  # fmt: skip
    """Write the part to test on; returns its folder and the names.

    Parameters
    ----------
    loader_dir : path
        Folder of the loaders.
    test_img_list : sequence of path
        Images, or folders of them.
    down_factor : float, optional
        As in training, where it is kept from; another one is refused.
    down_dir : path, optional
        Where coarser images are kept.

    Raises
    ------
    InputError
        As of `make_test`.
    """
    from craniomark.flows.shape.loaders import read_record

    known = float(read_record(Path(loader_dir))["down_factor"])
    if down_factor is not None and down_factor != known:
        raise InputError(loader_dir, "down_factor", down_factor, f"give {known:g}, as in training")
    kept = Path(down_dir) if down_dir is not None else None
    names = make_test(Path(loader_dir), [Path(one) for one in test_img_list], kept)
    return Path(loader_dir) / "test", names


def train(config_file: Place, **more: Any) -> Path:
    """Train as a config says; returns the weights. More as of `train_deepssm`."""
    return train_deepssm(Path(config_file), **more)


def test(config_file: Place, members: Sequence[Place] = (), **more: Any) -> Path:
    """Predict the test part; returns the folder of the predictions. More as of `predict_test_part`."""
    return predict_test_part(Path(config_file), [Path(one) for one in members], **more)


def analyze_results(
    out_dir: Place, truth: Place | Sequence[Place], prediction_dir: Place, mean_prefix: Place,
    walls: WallChoice = "outer", **more: Any,
) -> float:  # fmt: skip
    """Compare predictions with true surfaces; returns the mean symmetric distance, mm.

    Parameters
    ----------
    out_dir : path
        Folder to write.
    truth : path or sequence of path
        Meshes, masks or distance transforms, or a folder of them.
    prediction_dir : path
        Folder of predicted particles.
    mean_prefix : path
        ``PREFIX.particles`` and ``PREFIX.ply``.
    walls : {"outer", "both"}
        Walls that count.
    **more
        As of `analyze`.

    Raises
    ------
    InputError
        As of `analyze`.
    """
    given = [truth] if isinstance(truth, str | PathLike) else list(truth)
    rows = analyze(
        [Path(one) for one in given], Path(prediction_dir), Path(mean_prefix), Path(out_dir), walls, **more
    )
    return sum(row.figures["symmetric_mean"] for row in rows) / len(rows)


def _view(down_factor: float, box: tuple[float, ...]) -> View:
    try:
        return View(down_factor, box)
    except ValueError as error:
        name = "box" if str(error).startswith("box") else "down_factor"
        value = box if name == "box" else down_factor
        raise InputError("loaders", name, value, str(error).partition(": ")[2]) from error
