import json

import pytest

from craniomark.flows.shape.config import read_config
from craniomark.ground.checks import InputError


def changed(path, *keys, value=None, gone=False):
    content = json.loads(path.read_text())
    inner = content
    for key in keys[:-1]:
        inner = inner.setdefault(key, {})
    if gone:
        inner.pop(keys[-1])
    else:
        inner[keys[-1]] = value
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def config(written_config, tmp_path):
    return written_config(tmp_path)


def test_a_current_config_becomes_stages(config):
    read = read_config(config)
    assert [one.stage for one in read.stages] == ["base", "fine_tune"]
    assert read.stages[0].decay.kind == "CosineAnnealing" and read.stages[1].decay.kind == ""
    assert read.weights.name == "best_model_ft.safetensors" and read.latent == 3


def test_an_older_config_runs_too(config):
    """The switch alone, no TL network, no losses of the fine-tuning."""
    content = json.loads(config.read_text())
    content["trainer"]["decay_lr"] = True
    content["fine_tune"] = {"enabled": False}
    del content["tl_net"]
    config.write_text(json.dumps(content))
    read = read_config(config)
    assert [one.stage for one in read.stages] == ["base"] and read.weights.name == "best_model.safetensors"
    assert (read.stages[0].decay.kind, read.stages[0].decay.gamma) == ("Step", 0.99)


def test_a_tl_config_has_its_three_stages(config):
    tl = {"enabled": True, "ae_epochs": 7, "tf_epochs": 8, "joint_epochs": 9, "alpha": 2, "a_lat": 3}
    read = read_config(changed(config, "tl_net", value=tl))
    assert [(one.title, one.epochs) for one in read.stages] == [("AE", 7), ("T-Flank", 8), ("Joint", 9)]
    assert read.focal["alpha"] == 2 and read.focal["a_latent"] == 3 and read.focal["c_latent"] == 6.3


def test_unknown_keys_are_kept_when_the_file_is_written(config):
    read_config(config).remember(best_model_epochs=4)
    content = json.loads(config.read_text())
    assert content["remark"] == "kept" and content["best_model_epochs"] == 4


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (("num_latent_dim",), 0, r"num_latent_dim is 0: give a whole number of at least 1"),
        (("trainer", "learning_rate"), -1, r"trainer\.learning_rate is -1: give a number above 0"),
        (("trainer", "epochs"), 2.5, r"trainer\.epochs is 2\.5: give a whole number of at least 1"),
        (("loss", "function"), "L1", r"loss\.function is 'L1': give one of MSE, Focal"),
        (("encoder", "deterministic"), "yes", r"encoder\.deterministic is 'yes': give true or false"),
        (("trainer", "decay_lr"), {"enabled": True, "type": "Poly"}, r"decay_lr\.type is 'Poly'"),
        (("paths",), [], r"paths is \[\]: write an object"),
        (
            ("intensity_augmentation",),
            {"enabled": True, "noise": -1},
            r"noise is -1: give a number of at least 0",
        ),
    ],
)
def test_wrong_values_are_named_with_the_valid_range(config, keys, value, words):
    with pytest.raises(InputError, match=words):
        read_config(changed(config, *keys, value=value))


@pytest.mark.parametrize("keys", [("model_name",), ("use_best_model",), ("loss", "supervised_latent")])
def test_a_missing_key_is_named(config, keys):
    with pytest.raises(InputError, match=rf"{'.'.join(keys)} is missing: add it"):
        read_config(changed(config, *keys, gone=True))


@pytest.mark.parametrize(
    ("keys", "value"),
    [(("encoder",), {"stochastic": True, "covariance_type": "diag"}),
     (("loss", "function"), "vib_burnin"), (("batch_ensemble",), True)],
)  # fmt: skip
def test_the_dialect_of_bvib_is_refused_by_name(config, keys, value):
    with pytest.raises(InputError, match="dialect is that of BVIB-DeepSSM"):
        read_config(changed(config, *keys, value=value))


def test_what_is_no_json_is_refused(tmp_path):
    path = tmp_path / "config.json"
    path.write_text("{")
    with pytest.raises(InputError, match="no JSON"):
        read_config(path)
    with pytest.raises(InputError, match="not readable"):
        read_config(tmp_path / "nothing.json")
