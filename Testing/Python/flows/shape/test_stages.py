import csv
import json

import numpy as np
import pytest
import torch

from craniomark.flows.pipeline.stopping import Stopped
from craniomark.flows.shape import api
from craniomark.flows.shape.config import read_config
from craniomark.flows.shape.predictor import network_of
from craniomark.flows.shape.stages import stage_values
from craniomark.ground.checks import InputError

LOOP = {"tensorboard": False}


def log_of(config):
    with (read_config(config).model_dir / "train_log.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_all_stages_leave_what_shapeworks_leaves(trained):
    folder = read_config(trained).model_dir
    names = [f"{which}_model{part}.{kind}" for which in ("best", "final") for part in ("", "_ft")
             for kind in ("torch", "safetensors")]  # fmt: skip
    pictures = ["training_plot.png", "training_plot_ft.png"]
    examples = [f"examples/{part}_{which}.particles" for part in ("train", "validation")
                for which in ("best", "median", "worst")]  # fmt: skip
    assert [name for name in [*names, *pictures, *examples] if not (folder / name).exists()] == []
    rows = log_of(trained)
    assert [(row["Training_Stage"], row["Epoch"]) for row in rows] == [("Base", "1"), ("Fine_Tuning", "1")]
    assert all(float(row["Val_Rel_Err"]) > 0 and float(row["Train_Err"]) > 0 for row in rows)


def test_the_epoch_of_the_best_weights_is_written_back_and_all_else_kept(trained):
    content = json.loads(trained.read_text())
    assert content["best_model_epochs"] == 1 and content["best_ft_model_epochs"] in (0, 1)
    assert content["remark"] == "kept"


def test_the_decoder_is_held_in_the_base_stage_and_freed_after(trained):
    config = read_config(trained)
    base, tuned = (network_of(config, config.model_dir / f"final_model{s}.safetensors") for s in ("", "_ft"))
    mean = np.loadtxt(config.aug_dir / "PCA_Particle_Info" / "mean.particles")
    assert np.allclose(base.decoder.fc_fine.bias.detach().numpy(), mean.ravel(), atol=1e-4)
    assert not np.allclose(tuned.decoder.fc_fine.bias.detach().numpy(), mean.ravel(), atol=1e-4)


def test_a_trained_model_is_not_trained_again(trained):
    before = (read_config(trained).model_dir / "best_model.safetensors").read_bytes()
    assert api.train(trained, loop=LOOP).read_bytes()
    assert (read_config(trained).model_dir / "best_model.safetensors").read_bytes() == before


def test_a_stop_file_stops_and_the_same_call_goes_on(written_config, tmp_path):
    config = written_config(tmp_path, fine_tune={"enabled": False})
    stop = tmp_path / "stop"
    stop.touch()
    with pytest.raises(Stopped):
        api.train(config, loop=LOOP, stop_file=stop)
    stop.unlink()
    assert api.train(config, loop=LOOP, stop_file=stop).exists()


def test_a_tl_network_goes_through_its_three_stages(written_config, tmp_path):
    tl = {"enabled": True, "ae_epochs": 2, "tf_epochs": 1, "joint_epochs": 1}
    config = written_config(tmp_path, tl_net=tl, loss={"function": "Focal", "supervised_latent": True})
    api.train(config, loop=LOOP)
    stages = [row["Training_Stage"] for row in log_of(config)]
    assert stages == ["AE", "AE", "T-Flank", "Joint"]
    folder = read_config(config).model_dir
    assert (folder / "final_model_tf.torch").exists() and (folder / "best_model.torch").exists()
    names = torch.load(folder / "final_model_ae.torch", weights_only=True)
    assert "CorrespondenceEncoder.encoder.fc-en1.weight" in names


def test_deepssm_keys_become_the_structured_config_once(trained):
    config = read_config(trained)
    values = stage_values(config, config.stages[0], trained.parent, None, {"device": "cpu"})
    assert values["choice"]["decay"] == "cosine" and values["choice"]["decay_epochs"] == 10
    assert values["loop"]["weight_decay"] == 0 and values["loop"]["device"] == "cpu"
    assert values["loop"]["validate_every"] == values["loop"]["metrics_every"]


def test_more_scores_than_the_data_have_are_refused(written_config, tmp_path):
    with pytest.raises(InputError, match="num_latent_dim is 8: give 1 to 3"):
        api.train(written_config(tmp_path, num_latent_dim=8), loop=LOOP)
