"""Trained networks put into a bundle, beside what is in it: ``craniomark bundle add``."""

from collections.abc import Callable, Mapping
from pathlib import Path

from craniomark.flows.bundle import load_bundle
from craniomark.flows.bundle.extend import with_part
from craniomark.flows.bundle.parse import read_json
from craniomark.flows.pipeline.trained_runs import run_config
from craniomark.flows.registration.elastic_networks import (
    ELASTIC_PART,
    elastic_parts,
    trained_elastic_network,
)
from craniomark.flows.registration.networks import AFFINE_PART, affine_parts, trained_affine_network
from craniomark.flows.segmentation.model import SEGMENT_PART, segment_parts, trained_network
from craniomark.ground.checks import InputError

Writers = Mapping[str, Callable[[Path], None]]

KINDS: Mapping[tuple[str, str], tuple[str, Callable[[Path], Writers]]] = {
    ("register", "affine"): (AFFINE_PART, lambda run: affine_parts(trained_affine_network(run))),
    ("register", "elastic"): (ELASTIC_PART, lambda run: elastic_parts(trained_elastic_network(run))),
    ("segment", ""): (SEGMENT_PART, lambda run: segment_parts(trained_network(run))),
}
"""Part of a bundle, and what writes its files, by the task of a run and its kind."""


def add_network(run: Path, bundle: str, out: Path, version: str = "", command: str = "") -> Path:
    """Write a bundle anew with the network of a run in it, in place of an older one.

    Parameters
    ----------
    run : Path
        Folder of a finished run of ``craniomark train register`` or ``train segment``.
    bundle : str
        Name or path of the bundle that is copied.
    out : Path
        Folder of the new one; it may be that of the old.
    version : str
        Of the new one; empty: the old one's, its second number raised.
    command : str
        By which the network was trained, told in the manifest; empty: as the run tells it.

    Raises
    ------
    InputError
        If the run is not done, of a task whose networks aren't added so, or something about the bundle
        is off.
    """
    task, kind = _kind_of(run)
    if (task, kind) not in KINDS:
        remedy = "give a run of `craniomark train register` or `train segment`; `train all` makes bundles"
        raise InputError(run, "run", f"of the task {task or 'unknown'}", remedy)
    part, writers = KINDS[task, kind]
    told = command or f"craniomark train {task}" + (f" (model={kind})" if kind else "")
    return with_part(bundle, part, writers(run), out, version or _raised(bundle), told)


def _kind_of(run: Path) -> tuple[str, str]:
    path = run / "state.json"
    if not path.is_file():
        raise InputError(run, "run", "no training lies there", "give the folder that `out=` named")
    task = str(read_json(path.read_bytes(), path).get("job", ""))
    config, _ = run_config(run)
    return task, str(config.get("choice", {}).get("kind", "")) if task == "register" else ""


def _raised(bundle: str) -> str:
    """The next version: what is added breaks nothing that was there."""
    major, minor, *_ = (*load_bundle(bundle).manifest.version.split("."), "0", "0")
    return f"{major}.{int(minor) + 1}.0" if minor.isdigit() else f"{major}.1.0"
