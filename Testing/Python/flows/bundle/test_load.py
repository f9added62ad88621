"""Loading: what is read, and that a changed byte, a link or an extra file is refused."""

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from craniomark.flows.bundle import Manifest, load_bundle, pack, write_bundle
from craniomark.ground.checks import InputError

Make = Callable[..., Path]


def test_template_landmarks_shape_and_calibration_are_read(make_bundle: Make, manifest: Manifest) -> None:
    bundle = load_bundle(make_bundle())
    template = bundle.template()
    landmarks = bundle.landmarks()
    np.testing.assert_allclose(template.spacing, manifest.template.spacing_mm)
    assert landmarks.labels == manifest.labels
    np.testing.assert_allclose(bundle.shape()["mean"], landmarks.points, atol=1e-5)
    assert bundle.calibration() == {"slope": 1.5}
    around = template.array[tuple(np.round(template.to_index(landmarks.points)).astype(int).T)]
    assert np.all(around > np.percentile(template.array, 90))


def test_tensors_are_read(
    tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> None:
    weights = {"layer": np.arange(6, dtype=np.float16).reshape(2, 3)}
    folder = write_bundle(
        tmp_path / "b", manifest, parts | {"net.safetensors": lambda p: save_file(weights, p)}
    )
    np.testing.assert_array_equal(load_bundle(folder).tensors("net.safetensors")["layer"], weights["layer"])


def test_garbage_for_tensors_is_refused(
    tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> None:
    broken = parts | {"net.safetensors": lambda p: p.write_bytes(b"not tensors") and None}
    with pytest.raises(InputError, match="not safetensors"):
        load_bundle(write_bundle(tmp_path / "b", manifest, broken)).tensors("net.safetensors")


def test_pickled_arrays_are_refused(
    tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> None:
    def objects(path: Path) -> None:
        with path.open("wb") as stream:
            np.savez(stream, mean=np.array([{}], dtype=object))

    with pytest.raises(InputError, match="not plain arrays"):
        load_bundle(write_bundle(tmp_path / "b", manifest, parts | {"shape.npz": objects})).shape()


def test_a_changed_byte_is_refused(make_bundle: Make) -> None:
    folder = make_bundle()
    path = folder / "shape.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"shape\.npz is changed"):
        load_bundle(folder)


def test_a_cut_file_is_refused(make_bundle: Make) -> None:
    folder = make_bundle()
    path = folder / "template.nii.gz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="bytes long instead of"):
        load_bundle(folder)


def test_a_missing_file_is_refused(make_bundle: Make) -> None:
    folder = make_bundle()
    (folder / "shape.npz").unlink()
    with pytest.raises(InputError, match=r"shape\.npz is missing"):
        load_bundle(folder)


def test_an_extra_file_is_refused_by_name(make_bundle: Make) -> None:
    folder = make_bundle()
    (folder / "extra.pkl").write_bytes(b"")
    with pytest.raises(InputError, match=r"extra\.pkl, not listed"):
        load_bundle(folder)


def test_what_file_managers_leave_is_passed_over(make_bundle: Make) -> None:
    folder = make_bundle()
    (folder / ".DS_Store").write_bytes(b"x")
    assert load_bundle(folder).manifest.name == "phantom"


def test_a_symbolic_link_is_refused(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle()
    moved = tmp_path / "elsewhere.npz"
    (folder / "shape.npz").rename(moved)
    (folder / "shape.npz").symlink_to(moved)
    with pytest.raises(InputError, match="symbolic link"):
        load_bundle(folder)


@pytest.mark.usefixtures("only_models")
def test_a_folder_without_manifest_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown"):
        load_bundle(tmp_path)


def test_labels_that_differ_from_the_template_are_refused(
    tmp_path: Path, manifest: Manifest, parts: dict[str, Callable[[Path], None]]
) -> None:
    from craniomark.ground.landmarks import LandmarkSet, write_landmarks

    other = LandmarkSet(("1", "other"), np.zeros((2, 3)))
    folder = write_bundle(
        tmp_path / "b", manifest, parts | {"template.mrk.json": lambda p: write_landmarks(other, p)}
    )
    with pytest.raises(InputError, match="labels"):
        load_bundle(folder).landmarks()


def test_a_file_that_the_bundle_lacks_is_named(make_bundle: Make) -> None:
    with pytest.raises(InputError, match=r"net\.safetensors is not in this bundle"):
        load_bundle(make_bundle()).tensors("net.safetensors")


def test_a_zip_loads_like_its_folder_and_leaves_nothing(make_bundle: Make, tmp_path: Path) -> None:
    folder = make_bundle()
    bundle = load_bundle(pack(folder, tmp_path / "phantom.zip"))
    unpacked = bundle.folder
    np.testing.assert_array_equal(bundle.template().array, load_bundle(folder).template().array)
    del bundle
    assert not unpacked.exists()


def test_a_bundle_travels_to_another_process_by_its_source(make_bundle: Make) -> None:
    bundle = load_bundle(make_bundle())
    assert pickle.loads(pickle.dumps(bundle)).manifest == bundle.manifest
