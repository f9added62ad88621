"""Landmark networks in bundles: what is written is what is read, who has seen whom, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from craniomark.engine.image import Image
from craniomark.flows.bundle import Bundle, Manifest, load_bundle, write_bundle
from craniomark.flows.pipeline.landmark_networks import (
    LANDMARK_PART,
    SETTINGS,
    Ensembles,
    Member,
    Rough,
    landmark_parts,
    load_landmark_networks,
)
from craniomark.flows.pipeline.weight_files import write_weights
from craniomark.ground.checks import InputError
from craniomark.parts.nets.unet import UNetSettings
from craniomark.tasks.landmark.focus.network import FocusNetwork, FocusSettings
from craniomark.tasks.landmark.levels.grid import Grid
from craniomark.tasks.landmark.levels.network import LandmarkNetwork, NetworkSettings
from craniomark.tasks.landmark.levels.rough import farthest_points, rough_network

Writers = dict[str, Callable[[Path], None]]
WHOLE = NetworkSettings(spacing=2.0, margin=1.0, unet=UNetSettings((8, 16)), hidden=8)
CLOSE = FocusSettings(size=8, spacing=0.6, unet=UNetSettings((8, 16), everywhere=True), embedding=8)
ROUGH = NetworkSettings(spacing=3.0, margin=2.0, unet=UNetSettings((8, 16)), heads="heatmap", prior=0.0)


def mean_of(bundle: Bundle) -> np.ndarray:
    return bundle.landmarks().points


def made(mean: np.ndarray) -> Ensembles:
    """Two members of each level with weights of their own, and a network of a few landmarks."""
    torch.manual_seed(4)
    grid = Grid.around(mean, WHOLE.spacing, WHOLE.margin, WHOLE.unet.multiple)
    chosen = farthest_points(mean, 5)
    ensembles = Ensembles(
        tuple(Member(LandmarkNetwork(WHOLE, grid, mean).eval(), (f"s{n}",)) for n in range(2)),
        tuple(Member(FocusNetwork(CLOSE, len(mean)).eval(), (f"s{n}", f"t{n}")) for n in range(2)),
        Rough(rough_network(ROUGH, mean, chosen).eval(), mean, chosen),
    )
    assert ensembles.rough is not None
    networks = [m.network for m in (*ensembles.levels, *ensembles.focus)] + [ensembles.rough.network]
    with torch.no_grad():  # heads begin at zero, and answers that say nothing would test nothing
        for parameter in (p for network in networks for p in network.parameters()):
            parameter += 0.05 * torch.randn_like(parameter)
    return ensembles


@pytest.fixture(scope="module")
def plain(manifest: Manifest, parts: Writers, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return load_bundle(write_bundle(tmp_path_factory.mktemp("plain") / "phantom", manifest, parts))


@pytest.fixture(scope="module")
def ensembles(plain: Bundle) -> Ensembles:
    return made(mean_of(plain))


def written(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, folder: Path, changed: Writers | None = None
) -> Bundle:
    named = replace(manifest, parts=(*manifest.parts, LANDMARK_PART))
    files = parts | landmark_parts(ensembles) | (changed or {})
    return load_bundle(write_bundle(folder / "net", named, files))


@pytest.fixture(scope="module")
def bundle(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path_factory: pytest.TempPathFactory
) -> Bundle:
    return written(manifest, parts, ensembles, tmp_path_factory.mktemp("whole"))


def test_networks_come_back_as_they_were_but_for_half_precision(
    plain: Bundle, bundle: Bundle, ensembles: Ensembles
) -> None:
    found = load_landmark_networks(bundle)
    assert found is not None and found.rough is not None and ensembles.rough is not None
    for kind in ("levels", "focus"):
        for one, other in zip(getattr(found, kind), getattr(ensembles, kind), strict=True):
            assert one.left_out == other.left_out
            assert one.network.settings == other.network.settings
            assert not one.network.training
            assert all(p.dtype == torch.float32 and not p.requires_grad for p in one.network.parameters())
    assert found.rough.chosen == ensembles.rough.chosen
    image, starts = Image.of(plain.template()), mean_of(plain) + 0.3
    with torch.inference_mode():
        before, after = ensembles.networks(), found.networks()
        assert before.levels is not None and after.levels is not None
        for mine, told in (
            (after.levels(image), before.levels(image)),
            (after.focus(image, starts), before.focus(image, starts)),
        ):
            np.testing.assert_allclose(mine.points, told.points, atol=0.02)
            np.testing.assert_allclose(mine.disagreement, told.disagreement, atol=0.02)
            assert told.disagreement.max() > 0.05, "the members do say different things"
        poses = found.rough(image), ensembles.rough(image)
        assert poses[0] is not None and poses[1] is not None
        np.testing.assert_allclose(*poses, atol=0.1)


def test_the_loading_disturbs_no_generator(bundle: Bundle) -> None:
    torch.manual_seed(1)
    load_landmark_networks(bundle)
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(after, torch.rand(3))


def test_weights_lie_in_half_precision(bundle: Bundle) -> None:
    for name in ("levels-0.safetensors", "focus-1.safetensors", "rough.safetensors"):
        assert {values.dtype for values in bundle.tensors(name).values()} == {np.dtype(np.float16)}


def test_a_bundle_without_any_has_none(plain: Bundle) -> None:
    assert load_landmark_networks(plain) is None


def test_those_that_have_not_seen_a_specimen_speak_of_it(plain: Bundle, ensembles: Ensembles) -> None:
    image, starts = Image.of(plain.template()), mean_of(plain)
    for number in range(2):
        chosen = ensembles.unseen(f"s{number}")
        assert chosen is not None and chosen.levels is not None
        alone = Ensembles(ensembles.levels[number : number + 1], ensembles.focus[number : number + 1])
        other = Ensembles(ensembles.levels[1 - number : 2 - number], ensembles.focus[1 - number :][:1])
        for way in (
            lambda networks: networks.levels(image).points,
            lambda networks: networks.focus(image, starts).points,
        ):
            np.testing.assert_array_equal(way(chosen), way(alone.networks()))
            assert np.abs(way(chosen) - way(other.networks())).max() > 0.01


def test_where_a_level_has_only_members_that_have_seen_it_there_are_none(ensembles: Ensembles) -> None:
    assert ensembles.unseen("never heard of") is None
    assert ensembles.unseen("t0") is None, "no whole-skull network has left t0 out"
    without_levels = Ensembles((), ensembles.focus).unseen("t0")
    assert without_levels is not None and without_levels.levels is None


def test_a_rough_network_whose_answers_lie_on_one_line_proposes_nothing(
    ensembles: Ensembles, plain: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    from craniomark.tasks.landmark.levels import rough as rough_module

    def on_a_line(network: LandmarkNetwork, *_: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        count = len(network.mean)
        return np.outer(np.arange(count), [1.0, 2.0, 3.0]), np.zeros(count), np.zeros(count)

    monkeypatch.setattr(rough_module, "rough_points", on_a_line)
    assert ensembles.rough is not None
    assert ensembles.rough(Image.of(plain.template())) is None


def damaged(
    ensembles: Ensembles, change: Callable[[dict[str, Any]], Any], name: str = "focus-0.safetensors"
) -> Writers:
    """What writes the weights of one member after a change."""
    kind, number = name.split(".")[0].split("-")

    def write(path: Path) -> None:
        write_weights(getattr(ensembles, kind)[int(number)].network, path)
        tensors = load_file(path)
        change(tensors)
        save_file(tensors, path)

    return {name: write}


def first(tensors: dict[str, Any]) -> str:
    return sorted(tensors)[0]


def refused(bundle: Bundle, told: str) -> str:
    """The sentence; it names a file, says what about it is off, and what to do."""
    with pytest.raises(InputError, match=told) as caught:
        load_landmark_networks(bundle)
    sentence = str(caught.value)
    assert len(sentence.splitlines()) == 1
    assert str(bundle.source) in sentence
    assert caught.value.remedy
    return sentence


@pytest.mark.parametrize("name", ["levels-1.safetensors", "focus-0.safetensors"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tensors: tensors.pop(first(tensors)), "in only one of weights and settings"),
        (lambda tensors: tensors.update(more=np.zeros(2, np.float16)), "more in only one of"),
        (lambda tensors: tensors.update({first(tensors): np.zeros((9, 9, 9), np.float16)}), "of shape"),
        (lambda tensors: tensors[first(tensors)].fill(np.nan), "not finite"),
    ],
)
def test_damaged_weights_are_refused(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path: Path,
    name: str, change: Callable[[dict[str, Any]], Any], told: str,
) -> None:  # fmt: skip
    bundle = written(manifest, parts, ensembles, tmp_path, damaged(ensembles, change, name))
    assert name in refused(bundle, told)


def changed_settings(ensembles: Ensembles, change: Callable[[dict[str, Any]], Any]) -> Writers:
    def write(path: Path) -> None:
        landmark_parts(ensembles)[SETTINGS](path)
        told = json.loads(path.read_text(encoding="utf-8"))
        change(told)
        path.write_text(json.dumps(told), encoding="utf-8")

    return {SETTINGS: write}


def of(kind: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """A change of the first network of a kind."""
    return lambda told: told[kind][0].update(changes)


def of_settings(kind: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """A change of its settings."""
    return lambda told: told[kind][0]["settings"].update(changes)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda told: told["focus"][0].pop("weights"), "a network of focus lacks 'weights'"),
        (lambda told: told["levels"][0].pop("left_out"), "a network of levels lacks 'left_out'"),
        (lambda told: told["rough"][0].pop("landmarks"), "the network of rough lacks 'landmarks'"),
        (lambda told: told.update(focus=[]), "no focus network"),
        (lambda told: told.update(focus={"weights": "x"}), "focus is not a list of objects"),
        (lambda told: told.update(levels=["x"]), "levels is not a list of objects"),
        (lambda told: told.update(lvels=told.pop("levels")), "lvels is not known"),
        (of("focus", weights="gone.safetensors"), "gone.safetensors"),
        (of("focus", weights="../up.safetensors"), "up.safetensors"),
        (of("focus", left_out="s0"), "left_out of focus-0.safetensors is not a list"),
        (of("focus", settings=None), "settings"),
        (of("focus", settings=[1]), "settings"),
        (of("rough", settings=7), "settings"),
        (of("rough", landmarks=[0, 1]), r"landmarks of rough are \(0, 1\)"),
        (of("rough", landmarks=[0, 1, 2, 99]), "landmarks of rough"),
        (of("rough", landmarks=[0, 1, 2, -1]), "landmarks of rough"),
        (of("rough", landmarks=[0, 1, 2, 2]), "landmarks of rough"),
        (of("rough", landmarks="abcd"), "rough"),
        (of_settings("focus", size=9), "size is 9"),
        (of_settings("focus", spacing="fine"), "spacing is 'fine'"),
        (of_settings("focus", sizze=8), "sizze, which is unknown: the nearest that can be set is size"),
        (of_settings("focus", embedding=16), "of shape|in only one of"),
        (of_settings("levels", activation="guess"), "activation"),
        (of_settings("levels", spacing=-1.0), "spacing"),
        (of_settings("levels", spacing=1e-9), "spacing is 1e-09: give more"),
        (of_settings("rough", spacing=1e-9), "spacing is 1e-09: give more"),
        (of_settings("levels", unet=5), "unet is 5: give its values by name"),
        (of_settings("rough", margin=float("nan")), "a number is NaN"),
    ],
)
def test_unsound_settings_are_refused(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path: Path,
    change: Callable[[dict[str, Any]], Any], told: str,
) -> None:  # fmt: skip
    bundle = written(manifest, parts, ensembles, tmp_path, changed_settings(ensembles, change))
    refused(bundle, told)


def test_settings_that_are_no_json_are_refused(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path: Path
) -> None:
    bundle = written(manifest, parts, ensembles, tmp_path, {SETTINGS: lambda p: p.write_text("{") and None})
    refused(bundle, SETTINGS)


def test_a_part_that_is_named_must_be_there(manifest: Manifest, parts: Writers, tmp_path: Path) -> None:
    named = replace(manifest, parts=(*manifest.parts, LANDMARK_PART))
    refused(load_bundle(write_bundle(tmp_path / "net", named, parts)), SETTINGS)


@pytest.mark.parametrize("name", ["focus-0.safetensors", SETTINGS])
def test_a_changed_byte_is_told_by_the_checksum(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path: Path, name: str
) -> None:
    folder = written(manifest, parts, ensembles, tmp_path).source
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match="SHA-256") as caught:
        load_bundle(folder)
    assert name in str(caught.value)


def test_a_lost_file_is_named(
    manifest: Manifest, parts: Writers, ensembles: Ensembles, tmp_path: Path
) -> None:
    folder = written(manifest, parts, ensembles, tmp_path).source
    (folder / "rough.safetensors").unlink()
    with pytest.raises(InputError, match=r"rough\.safetensors"):
        load_bundle(folder)
