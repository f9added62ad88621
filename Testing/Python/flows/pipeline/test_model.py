"""A bundle made ready: its own patches or a lab's atlases, and damage that is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from skull_bundle import Skull

from craniomark.flows.bundle import Bundle, load_bundle, write_bundle
from craniomark.flows.pipeline.model import FEWEST_ATLASES, Model, chosen_device, load_model
from craniomark.ground.checks import InputError
from craniomark.ground.landmarks import LandmarkSet, write_landmarks
from craniomark.tasks.landmark.stages import STAGES

Change = Callable[[Any], Any]


def test_everything_speaks_of_the_manifests_landmarks(skull_bundle: Bundle, skull_model: Model) -> None:
    count = len(skull_bundle.manifest.labels)
    assert skull_model.labels == skull_bundle.manifest.labels
    assert len(skull_model.shape.mean) == len(skull_model.errors.typical) == count
    for stage in STAGES:
        patches = skull_model.appearance.templates[stage.name]
        assert patches.dtype == torch.float32
        assert patches.shape[0] == count
        assert patches.shape[2:] == (stage.size,) * 3


def test_the_mean_shape_lies_in_the_template_image(skull_bundle: Bundle, skull_model: Model) -> None:
    named = skull_bundle.landmarks().points
    np.testing.assert_allclose(skull_model.shape.mean, named, atol=1e-3)
    inside = skull_model.target.image.inside(torch.from_numpy(skull_model.shape.mean).float())
    assert bool(inside.all())


def atlas_list(paths: list[Path], folder: Path) -> Path:
    path = folder / "atlases.csv"
    rows = [f"{p.name.split('.')[0]},{p},{str(p).replace('.nii', '-LM.nii')}" for p in paths]
    path.write_text("id,path,landmarks\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_atlases_bring_their_own_patches_and_error_model(
    skull_bundle: Bundle, skull_model: Model, unseen_skulls: list[Skull], tmp_path: Path
) -> None:
    atlases = [skull.path for skull in unseen_skulls[:3]]
    model = load_model(skull_bundle, atlas_list(atlases, tmp_path), "cpu")
    fine = model.appearance.templates[STAGES[-1].name]
    assert fine.shape[1] == 3, "one template per atlas"
    alike = np.corrcoef(fine.mean(1).flatten(), skull_model.appearance.templates["fine"][:, 0].flatten())[
        0, 1
    ]
    assert 0.7 < alike < 0.999, "patches of other skulls at the same places"
    values = skull_bundle.calibration()["atlases"]["weights"]
    np.testing.assert_allclose(model.errors.weights, list(values.values()))


def test_too_few_atlases_are_refused(
    skull_bundle: Bundle, unseen_skulls: list[Skull], tmp_path: Path
) -> None:
    few = atlas_list([skull.path for skull in unseen_skulls[: FEWEST_ATLASES - 1]], tmp_path)
    with pytest.raises(InputError, match="atlases is 2 landmarked CTs: give at least 3"):
        load_model(skull_bundle, few, "cpu")


def test_atlases_without_landmarks_are_no_atlases(
    skull_bundle: Bundle, unseen_skulls: list[Skull], tmp_path: Path
) -> None:
    for skull in unseen_skulls[:3]:
        (tmp_path / skull.path.name).symlink_to(skull.path)
    with pytest.raises(InputError, match="atlases is 0 landmarked CTs"):
        load_model(skull_bundle, tmp_path, "cpu")


def test_atlases_with_other_labels_are_refused(
    skull_bundle: Bundle, unseen_skulls: list[Skull], tmp_path: Path
) -> None:
    for skull in unseen_skulls[:3]:
        name = skull.path.name.split(".")[0]
        (tmp_path / skull.path.name).symlink_to(skull.path)
        named = LandmarkSet([f"point {label}" for label in skull.truth.labels], skull.truth.points)
        write_landmarks(named, tmp_path / f"{name}.mrk.json")
    with pytest.raises(InputError, match=r"labels shared with the model is 0: .*small-mouse"):
        load_model(skull_bundle, tmp_path, "cpu")


def test_a_gpu_is_used_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert chosen_device("auto") == chosen_device("cpu") == torch.device("cpu")
    with pytest.raises(InputError, match="--device: device is cuda: no GPU is usable here"):
        chosen_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert chosen_device("auto").type == chosen_device("cuda").type == "cuda"
    assert chosen_device("cpu").type == "cpu"


def damaged(bundle: Bundle, folder: Path, name: str, change: Change) -> Bundle:
    """A bundle whose checksums are right, but one of whose files holds something else."""

    def copy(path: Path) -> None:
        path.write_bytes(bundle.path(path.name).read_bytes())

    def changed(path: Path) -> None:
        if name.endswith(".json"):
            path.write_text(json.dumps(change(json.loads(bundle.path(name).read_text()))))
        elif name.endswith(".npz"):
            with path.open("wb") as file:
                np.savez(file, **change(dict(np.load(bundle.path(name)))))
        else:
            save_file(change(load_file(bundle.path(name))), path)

    writers = {file: changed if file == name else copy for file in bundle.manifest.files}
    return load_bundle(write_bundle(folder / "damaged", replace(bundle.manifest, files={}), writers))


def without(key: str) -> Change:
    return lambda parts: {name: part for name, part in parts.items() if name != key}


def first_rows(key: str) -> Change:
    return lambda parts: parts | {key: parts[key][:-1]}


def one_nan(key: str) -> Change:
    def change(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        spoilt = parts[key].copy()
        spoilt.flat[0] = np.nan
        return parts | {key: spoilt}

    return change


def with_modes(change: Change) -> Change:
    """Two appearance modes of the fine stage, changed."""
    return lambda parts: parts | {"fine.modes": change(np.repeat(0.1 * parts["fine"], 2, axis=1))}


def in_calibration(change: Change) -> Change:
    return lambda sources: sources | {"template": change(sources["template"])}


def with_opinions(values: dict[str, Any]) -> dict[str, Any]:
    """An error model as that of fused landmarks."""
    return values | {"weights": values["weights"] | {"opinions": 0.1, "doubt": 0.1}}


def of_one_less(shape: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A sound shape model without modes, of one landmark less."""
    mean, residual_sd = shape["mean"][:-1], shape["residual_sd"][:-1]
    none = {"modes": np.zeros((0, *mean.shape)), "variances": np.zeros(0)}
    return {"mean": mean, "residual_sd": residual_sd} | none


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("appearance.safetensors", without("coarse"), "no patches for the stage coarse"),
        ("appearance.safetensors", first_rows("fine"), "fine of shape"),
        ("appearance.safetensors", one_nan("rough"), "rough holds numbers that are not finite"),
        ("appearance.safetensors", with_modes(lambda mode: mode[..., 0]), r"fine\.modes of shape"),
        ("appearance.safetensors", with_modes(lambda mode: mode[0, 0, 0, 0]), r"fine\.modes of shape"),
        ("shape.npz", without("variances"), "needs the array 'variances'"),
        ("shape.npz", one_nan("mean"), "finite numbers only"),
        ("shape.npz", lambda parts: parts | {"modes": 2 * parts["modes"]}, "orthonormal"),
        ("shape.npz", of_one_less, "landmarks where bundle.json names"),
        ("calibration.json", without("template"), "no error model for template"),
        ("calibration.json", in_calibration(without("weights")), "lacks 'weights'"),
        ("calibration.json", in_calibration(first_rows("typical_mm")), "landmarks, not"),
        ("calibration.json", in_calibration(lambda _: [1, 2]), "lacks"),
        ("calibration.json", in_calibration(with_opinions), "fitted with networks where there are none"),
    ],
)
def test_damage_is_named_with_the_file(
    skull_bundle: Bundle, tmp_path: Path, name: str, change: Change, told: str
) -> None:
    with pytest.raises(InputError, match=told) as refused:
        load_model(damaged(skull_bundle, tmp_path, name, change), device="cpu")
    assert Path(refused.value.file).name == name
    assert refused.value.remedy == "make the bundle anew"
    assert str(refused.value).count("make the bundle anew") == 1


def test_appearance_modes_become_templates_to_either_side_of_the_mean(
    skull_bundle: Bundle, skull_model: Model, tmp_path: Path
) -> None:
    varied = damaged(skull_bundle, tmp_path, "appearance.safetensors", with_modes(lambda mode: mode))
    found, before = load_model(varied, device="cpu").appearance.templates, skull_model.appearance.templates
    assert torch.equal(found["coarse"], before["coarse"])
    assert found["fine"].shape[1] == before["fine"].shape[1] + 4
    torch.testing.assert_close(found["fine"].mean(1), before["fine"].mean(1), atol=1e-3, rtol=0)


def test_a_bundle_that_lacks_a_file_is_refused(skull_bundle: Bundle, tmp_path: Path) -> None:
    def copy(path: Path) -> None:
        path.write_bytes(skull_bundle.path(path.name).read_bytes())

    kept = [name for name in skull_bundle.manifest.files if name != "appearance.safetensors"]
    manifest = replace(skull_bundle.manifest, files={})
    bundle = load_bundle(write_bundle(tmp_path / "lacking", manifest, dict.fromkeys(kept, copy)))
    with pytest.raises(InputError, match=r"appearance\.safetensors is not in this bundle"):
        load_model(bundle, device="cpu")
