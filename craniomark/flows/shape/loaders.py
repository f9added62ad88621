"""Data for networks: whitened images, scores and particles as plain arrays, split into parts."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from craniomark.flows.shape.images import View, read_view, same_shape
from craniomark.flows.shape.pairs import image_files
from craniomark.flows.shape.particle_files import read_sets
from craniomark.flows.shape.workers import Told, check_stop
from craniomark.flows.training.files import read_json, write_json
from craniomark.ground.checks import InputError, written_whole
from craniomark.tasks.shape.network import SMALLEST
from craniomark.tasks.shape.samples import Shapes

Array = NDArray[np.float64]
RECORD = "loader.json"
FEWEST = 3
PARTS = ("train", "validation", "test")
_SOURCES = "sources.csv"


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the table: an image with its particles and scores, and whose image it was made from."""

    name: str
    image: Path
    particles: Path
    scores: tuple[float, ...]
    source: str


def make_train_validation(
    loader_dir: Path, table: Path, batch_size: int = 1, view: View | None = None,
    down_dir: Path | None = None, split: float = 0.8, train: Sequence[str] = (),
    validation: Sequence[str] = (), seed: int = 0, told: Told = lambda *_: None,
    stop_file: Path | None = None,
) -> Path:  # fmt: skip
    """Write the parts ``train`` and ``validation`` with the statistics of the first.

    What was generated from an image goes where the image goes, so that no validation specimen is seen in
    training.

    Parameters
    ----------
    loader_dir : Path
        Folder to write.
    table : Path
        ``TotalData.csv``: image, particles, scores.
    batch_size : int
        Of the training.
    view : View, optional
        Box and coarseness of the images.
    down_dir : Path, optional
        Where coarser images are kept.
    split : float
        Share of the specimens to train on, where no lists are given.
    train, validation : sequence of str
        Names of specimens; one list alone leaves the rest to the other.
    seed : int
        Of the split.
    told : callable
        Hears the step and the fraction done.
    stop_file : Path, optional
        Stops between images.

    Raises
    ------
    InputError
        If the table is faulty, images differ in shape or are too small, a name is unknown, or a score does
        not vary.
    """
    view = view or View()
    if batch_size < 1:
        raise InputError(table, "batch size", batch_size, "give at least 1")
    rows = read_table(table)
    parts = split_rows(rows, table, split, train, validation, seed)
    sets = read_sets({row.name: row.particles for row in rows}, 1)
    particles = {row.name: one for row, one in zip(rows, sets, strict=True)}
    first = read_view(rows[0].image, view, down_dir)
    _check_size(first.shape, rows[0].image)
    prepared: dict[str, NDArray[np.float32]] = {}
    for number, row in enumerate(rows):
        check_stop(stop_file)
        told("images", number / len(rows))
        prepared[row.name] = same_shape(read_view(row.image, view, down_dir), row.image, first.shape)
    statistics = _statistics(parts["train"], prepared, table)
    for name, value in statistics.items():
        _save(loader_dir / f"{name}.npy", value)
    for part, chosen in parts.items():
        names = [row.name for row in chosen]
        _write_part(loader_dir, part, names, prepared, statistics)
        scores = np.array([row.scores for row in chosen])
        white = (scores - statistics["mean_PCA"]) / statistics["std_PCA"]
        _save(loader_dir / part / "scores.npy", white.astype(np.float32))
        _save(loader_dir / part / "particles.npy", np.array([particles[n] for n in names], dtype=np.float32))
    told("images", 1.0)
    record = {
        "schema": 1, "batch_size": batch_size, "shape": list(first.shape), "matrix": first.matrix.tolist(),
        "scores": len(rows[0].scores), "particles": len(sets[0]), "down_factor": view.down_factor,
        "box": list(view.box), "table": str(table.absolute()),
        "parts": {part: [row.name for row in chosen] for part, chosen in parts.items()},
    }  # fmt: skip
    write_json(loader_dir / RECORD, record)
    return loader_dir


def make_test(
    loader_dir: Path, images: Sequence[Path], down_dir: Path | None = None, told: Told = lambda *_: None
) -> list[str]:
    """Write the part ``test``, whitened with the statistics of the training images.

    Raises
    ------
    InputError
        If the folder has no training part, or images differ from its in shape.
    """
    record = read_record(loader_dir)
    view = View(float(record["down_factor"]), tuple(record["box"]))
    files = image_files(images)
    statistics = {name: np.load(loader_dir / f"{name}.npy") for name in ("mean_img", "std_img")}
    prepared = {}
    for number, (name, path) in enumerate(files.items()):
        told("images", number / len(files))
        prepared[name] = same_shape(read_view(path, view, down_dir), path, record["shape"])
    _write_part(loader_dir, "test", list(files), prepared, statistics)
    write_json(loader_dir / RECORD, record | {"parts": record["parts"] | {"test": list(files)}})
    return list(files)


def read_record(loader_dir: Path) -> dict[str, Any]:
    """What `make_train_validation` recorded.

    Raises
    ------
    InputError
        If there is none.
    """
    path = loader_dir / RECORD
    if not path.exists():
        remedy = "make it with `craniomark deepssm loaders`; ShapeWorks' pickled loaders are not read"
        raise InputError(loader_dir, RECORD, "missing", remedy)
    return read_json(path)


def read_part(loader_dir: Path, part: str, latent: int = 0) -> Shapes:
    """Images (a memory map), scores and particles of a part; of a test part the last two are empty.

    Parameters
    ----------
    loader_dir : Path
        Folder.
    part : {"train", "validation", "test"}
        Which.
    latent : int
        Scores that are wanted, the first ones; 0: all.

    Raises
    ------
    InputError
        If it isn't there, or has fewer scores.
    """
    record = read_record(loader_dir)
    names = record["parts"].get(part)
    if not names:
        command = "test-loader" if part == "test" else "loaders"
        raise InputError(
            loader_dir, f"part {part}", "missing", f"make it with `craniomark deepssm {command}`"
        )
    if latent > int(record["scores"]):
        remedy = f"give 1 to {record['scores']}, the number of scores in {record['table']}"
        raise InputError(loader_dir, "num_latent_dim", latent, remedy)
    folder = loader_dir / part
    images = _load(folder / "images.npy", map_mode="r")
    if part == "test":
        empty = np.zeros((len(names), 1), dtype=np.float32)
        return Shapes(images, empty, empty[:, :, None].repeat(3, 2), tuple(names))
    scores = _load(folder / "scores.npy")
    return Shapes(
        images, scores[:, : latent or scores.shape[1]], _load(folder / "particles.npy"), tuple(names)
    )


def read_table(table: Path) -> list[Row]:
    """Lines of a ``TotalData.csv``; paths that have gone are looked for beside it.

    Raises
    ------
    InputError
        If it is not readable, too short, or its lines differ in length.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            lines = [line for line in csv.reader(stream) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            table, "table", f"not readable ({error})", "give TotalData.csv of augment"
        ) from error
    if len(lines) < FEWEST:
        raise InputError(table, "number of shapes", len(lines), f"give at least {FEWEST}")
    sources, rows = _sources(table), []
    for number, line in enumerate(lines, start=1):
        try:
            scores = tuple(float(one) for one in line[2:])
        except ValueError:
            scores = ()
        if not scores or len(line) != len(lines[0]):
            remedy = "write image, particles and as many scores in each"
            raise InputError(table, f"line {number}", ",".join(line)[:60], remedy)
        image, particles = _there(line[0], table), _there(line[1], table)
        name = image.name.split(".")[0]
        rows.append(Row(name, image, particles, scores, sources.get(name, name)))
    twice = {row.name for row in rows if [one.name for one in rows].count(row.name) > 1}
    if twice:
        raise InputError(table, "name", f"{min(twice)} twice", "leave one of the two out")
    return rows


def split_rows(
    rows: Sequence[Row], table: Path, split: float, train: Sequence[str], validation: Sequence[str], seed: int
) -> Mapping[str, list[Row]]:
    """Deal the specimens; what was made from one goes with it."""
    sources = sorted({row.source for row in rows})
    for name, given in (("train", train), ("validation", validation)):
        for one in given:
            if one not in sources:
                remedy = f"name specimens of the table, such as {sources[0]}"
                raise InputError(table, name, f"{one}, which is not among the specimens", remedy)
    both = sorted(set(train) & set(validation))
    if both:
        raise InputError(table, "validation", f"{both[0]}, which train names too", "take it out of one")
    if validation or train:
        held = set(validation) or set(sources) - set(train)
        kept = set(train) or set(sources) - held
    else:
        if not 0 < split < 1:
            raise InputError(table, "split", split, "give more than 0 and less than 1")
        count = min(max(round(split * len(sources)), 1), len(sources) - 1)
        order = np.random.default_rng([seed, 11]).permutation(len(sources))
        kept = {sources[row] for row in order[:count]}
        held = set(sources) - kept
    parts = {
        "train": [row for row in rows if row.source in kept],
        "validation": [row for row in rows if row.source in held],
    }
    for part, chosen in parts.items():
        if not chosen:
            raise InputError(table, f"number of {part} specimens", 0, "give at least one of each part")
    return parts


def _statistics(
    rows: Sequence[Row], images: Mapping[str, NDArray[np.float32]], table: Path
) -> dict[str, NDArray[np.float64]]:
    """Means and standard deviations over the training part alone."""
    scores = np.array([row.scores for row in rows], dtype=np.float64)
    spread = scores.std(axis=0)
    flat = np.flatnonzero(spread <= 1e-12 * max(float(np.abs(scores).max()), 1e-300))
    if len(flat):
        remedy = "keep fewer modes in augment, or train on more shapes"
        raise InputError(table, "variance of scores", f"zero for mode {flat[0]}", remedy)
    means = [float(images[row.name].mean(dtype=np.float64)) for row in rows]
    squares = [float(np.square(images[row.name], dtype=np.float64).mean()) for row in rows]
    mean = float(np.mean(means))
    sd = float(np.sqrt(max(float(np.mean(squares)) - mean**2, 0.0)))
    if sd <= 1e-9 * max(abs(mean), 1.0):
        raise InputError(table, "images", "of one brightness throughout", "give images of the skulls")
    return {
        "mean_PCA": scores.mean(axis=0), "std_PCA": spread,
        "mean_img": np.array(mean), "std_img": np.array(sd),
    }  # fmt: skip


def _write_part(
    loader_dir: Path, part: str, names: Sequence[str], images: Mapping[str, NDArray[np.float32]],
    statistics: Mapping[str, NDArray[np.float64]],
) -> None:  # fmt: skip
    mean, sd = float(statistics["mean_img"]), float(statistics["std_img"])
    path = loader_dir / part / "images.npy"
    with written_whole(path) as temporary:
        shape = (len(names), *images[names[0]].shape)
        kept = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.float16, shape=shape)
        for number, name in enumerate(names):
            kept[number] = (images[name] - mean) / sd
        kept.flush()
        del kept
    with written_whole(loader_dir / f"{part}_names.txt") as temporary:
        temporary.write_text(json.dumps(list(names)).replace('"', "'"), encoding="utf-8")


def _save(path: Path, array: NDArray[Any]) -> None:
    with written_whole(path) as part, part.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


def _load(path: Path, map_mode: Any = None) -> Any:
    try:
        return np.load(path, mmap_mode=map_mode, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        remedy = "make it anew with `craniomark deepssm loaders`"
        raise InputError(path, "content", "no plain array", remedy) from error


def _sources(table: Path) -> dict[str, str]:
    path = table.parent / _SOURCES
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as stream:
        return {row["sample"]: row["source"] for row in csv.DictReader(stream)}


def _there(text: str, table: Path) -> Path:
    """The path, or where it lies beside the table if the folder was moved."""
    path = Path(text)
    near = [path, table.parent / path, table.parent / path.parent.name / path.name]
    return next((one for one in near if one.exists()), path)


def _check_size(shape: Sequence[int], path: Path) -> None:
    if min(shape) < SMALLEST:
        value = " x ".join(map(str, shape))
        remedy = f"give images of at least {SMALLEST} voxels along each axis, or a larger down factor"
        raise InputError(path, "number of voxels", value, remedy)
