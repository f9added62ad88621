"""Networks that ship in mouse-skull: untrained ones do not do the same.

The affine one has not seen these two CTs; the others have learnt from them, and how they do on CTs that
they have not seen, the benchmarks tell.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from craniomark.engine.maps import Composition
from craniomark.flows.bundle import Bundle, load_bundle
from craniomark.flows.registration.elastic_networks import load_elastic_network
from craniomark.flows.registration.methods import Options, method_of
from craniomark.flows.registration.networks import load_affine_network
from craniomark.flows.registration.pair import Pair, prepared
from craniomark.flows.registration.run import registered, write_registration
from craniomark.flows.segmentation.model import load_segment_network
from craniomark.ground.geometry import nearest_rotation, rotation_angle_degrees
from craniomark.ground.landmarks import LandmarkSet
from craniomark.ground.specimens import find_specimens, read_truth
from craniomark.ground.volumes import Volume, read_volume
from craniomark.tasks.regnet.affine.network import AffineNetwork
from craniomark.tasks.regnet.affine.predict import proposed
from craniomark.tasks.regnet.elastic.network import ElasticNetwork
from craniomark.tasks.regnet.elastic.predict import flows
from craniomark.tasks.segment.prepare import prepared as looked_over
from craniomark.tasks.segment.thresholds import bone_target, otsu
from craniomark.tasks.segment.tiles import write_mask

IDS = "152_10", "152_16"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle("mouse-skull")


@pytest.fixture(scope="module")
def volumes(mouse_ct_folder: Path) -> list[Volume]:
    return [read_volume(mouse_ct_folder / f"{name}.nii.gz") for name in IDS]


@pytest.fixture(scope="module")
def truths(mouse_ct_folder: Path) -> list[LandmarkSet]:
    known = {one.id: one for one in find_specimens([mouse_ct_folder])}
    first = read_truth(known[IDS[0]])
    return [first, read_truth(known[IDS[1]]).ordered(first.labels)]


@pytest.fixture(scope="module")
def pair(volumes: list[Volume]) -> Pair:
    images = [prepared(volume, "") for volume in volumes]
    return Pair(images[0], images[1], volumes[0], volumes[1], IDS)


def away(points: np.ndarray, truth: LandmarkSet) -> float:
    return float(np.nanmean(np.linalg.norm(points - truth.points, axis=1)))


def test_the_affine_network_tells_turned_pairs(bundle: Bundle, pair: Pair, truths: list[LandmarkSet]) -> None:
    trained = load_affine_network(bundle)
    assert trained is not None
    turn = np.eye(4)
    turn[:3, :3] = [[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]
    moving = pair.moving.moved(turn)
    wanted = truths[1].points @ turn[:3, :3].T

    def error(network: AffineNetwork) -> float:
        matrix = proposed(network, pair.fixed, moving)
        carried = truths[0].points @ matrix[:3, :3].T + matrix[:3, 3]
        return float(np.nanmean(np.linalg.norm(carried - wanted, axis=1)))

    torch.manual_seed(0)
    assert error(trained) < 0.6 < 1.0 < error(AffineNetwork(trained.settings).eval())


def test_the_affine_network_finds_a_turned_and_noisy_scan(bundle: Bundle, volumes: list[Volume]) -> None:
    """By itself, from 50 degrees, of a CT that it has not seen; noise is a quarter of bone's brightness."""
    trained = load_affine_network(bundle)
    assert trained is not None
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_rotvec(np.radians(50) * np.array([0.48, 0.6, 0.64])).as_matrix()
    turned = volumes[0].moved(turn)
    noise = np.random.default_rng(5).normal(0, 16, turned.shape)
    noisy = replace(turned, array=turned.array.astype(np.float32) + noise.astype(np.float32))
    fixed, moving = prepared(volumes[0], ""), prepared(noisy, "")

    def off(network: AffineNetwork) -> float:
        found = nearest_rotation(proposed(network, fixed, moving))
        return float(rotation_angle_degrees(found, turn[:3, :3]))

    torch.manual_seed(0)
    assert off(trained) < 1.0 < 20.0 < off(AffineNetwork(trained.settings).eval())


def test_the_elastic_network_carries_landmarks_nearer(
    bundle: Bundle, pair: Pair, truths: list[LandmarkSet]
) -> None:
    trained = load_elastic_network(bundle)
    assert trained is not None

    def error(network: ElasticNetwork) -> float:
        linear, flow = flows(network, pair.fixed, [pair.moving])[0]
        places = torch.as_tensor(truths[0].points, dtype=torch.float32)
        return away(Composition(linear, flow)(places).numpy(), truths[1])

    torch.manual_seed(0)
    still = error(ElasticNetwork(trained.settings).eval())
    assert error(trained) < 0.93 * still


def test_hyreg_begins_with_both_and_writes_what_it_found(pair: Pair, tmp_path: Path) -> None:
    method, options = method_of("hyreg"), Options(steps=3)
    done = registered(pair, method, options)
    write_registration(done, pair, method, options, tmp_path, lambda *_: None)
    told = json.loads((tmp_path / "report.json").read_text())
    assert "elastic network" in json.dumps(told) and (tmp_path / "transform.h5").exists()
    assert not any("No elastic network" in note for note in told["notes"])


def test_the_bone_mask_mends_a_missing_section(bundle: Bundle, volumes: list[Volume], tmp_path: Path) -> None:
    network = load_segment_network(bundle)
    assert network is not None
    whole = volumes[0].array[40:136, 40:136, 40:104].astype(np.float32)
    truth, spoilt = bone_target(whole), whole.copy()
    spoilt[:, :, 30] = whole.min()
    scan = looked_over(spoilt, volumes[0].spacing, float(network.voxel), network.usual_spectrum)
    mask = np.zeros(whole.shape, np.uint8)
    write_mask(scan, network, mask, tmp_path)
    section = truth[:, :, 30]
    found, plain = mask[:, :, 30] > 0, otsu(spoilt)[:, :, 30]
    assert section.sum() > 200 and not plain.any()
    assert 2 * (found & section).sum() / (found.sum() + section.sum()) > 0.7
