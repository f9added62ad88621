"""One run from its config: what goes wrong before the first step."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from animals_on_disk import animals_folder as animals_folder
from toy_training import ENTRY

from craniomark.flows.training import job
from craniomark.flows.training.config.compose import compose
from craniomark.flows.training.job import run_job
from craniomark.ground.checks import InputError


def train(data: Path, out: Path, build: Any) -> None:
    quick = ["template_spacing=0.35", "loop.tensorboard=false", "loop.device=cpu"]
    config = compose(ENTRY, [f"data={data}", f"out={out}", *quick])
    run_job(dataclasses.replace(ENTRY, build=build), config)


def test_a_network_that_memory_does_not_hold_is_told(animals_folder: Path, tmp_path: Path) -> None:
    def build(*_: object) -> Any:
        raise RuntimeError(
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9000000000 bytes"
        )

    with pytest.raises(InputError, match=r"too little while the network is made on cpu: 9\.0 GB more"):
        train(animals_folder, tmp_path / "run", build)


def test_data_that_memory_does_not_hold_are_told(
    tmp_path: Path, animals_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(*_: object) -> Any:
        raise MemoryError

    monkeypatch.setattr(job, "training_data", prepare)
    with pytest.raises(InputError, match="memory is too little while the data are prepared on cpu: more was"):
        train(animals_folder, tmp_path / "run", ENTRY.build)


def test_a_fault_of_the_code_is_no_user_error(animals_folder: Path, tmp_path: Path) -> None:
    def build(*_: object) -> Any:
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        train(animals_folder, tmp_path / "run", build)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("width is 3: give less", "model.width is 3: give less"),
        ("sizes names 'nobody': give labels", "model.sizes is naming 'nobody': give labels"),
        ("depth of it is 3: give less", None),
    ],
)
def test_a_setting_that_does_not_fit_the_data_is_named_by_its_whole_key(
    animals_folder: Path, tmp_path: Path, own: str, told: str | None
) -> None:
    def build(*_: object) -> Any:
        raise ValueError(own)

    with pytest.raises(ValueError) as raised:
        train(animals_folder, tmp_path / "run", build)
    assert str(raised.value) == (f"craniomark train toy: {told}." if told else own)
