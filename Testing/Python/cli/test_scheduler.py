"""``craniomark process --scheduler``: on a real Dask cluster where Dask is installed."""

import os
import subprocess
import sys
from pathlib import Path

import fake_predictor
import pytest
from fake_predictor import write_scan

import craniomark
from craniomark.cli import process
from craniomark.cli.main import main
from craniomark.flows.pipeline.request import Request


def test_paths_of_a_request_hold_in_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bundle").mkdir()
    request = Request(Path("out"), model="bundle", atlases=Path("atlases")).absolute()
    assert (request.out, request.atlases) == (tmp_path / "out", tmp_path / "atlases")
    assert request.model == str(tmp_path / "bundle")
    assert Request(Path("out"), model="mouse").absolute().model == "mouse"


def test_workers_in_another_folder_do_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: the extra batch brings it")
    folders = [str(Path(craniomark.__file__).parents[1]), str(Path(fake_predictor.__file__).parent)]
    path = os.pathsep.join([*folders, os.environ.get("PYTHONPATH", "")])
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    told = (
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None,\n"
        "                      protocol='tcp') as cluster:\n"
        "        print(cluster.scheduler_address, flush=True); input()\n"
    )
    monkeypatch.chdir(tmp_path / "here")
    for name in ("good", "empty one"):
        write_scan(tmp_path / "here" / "scans" / f"{name}.nii.gz")
    monkeypatch.setattr(process, "make_predictor", fake_predictor.make_from_environment)
    with subprocess.Popen(
        [sys.executable, "-c", told], cwd=tmp_path / "there", env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as cluster:  # fmt: skip
        assert cluster.stdout and cluster.stdin
        address = cluster.stdout.readline().strip()
        try:
            with pytest.raises(SystemExit) as ended:
                main(["process", "scans", "-o", "out", "--scheduler", address])
        finally:
            cluster.stdin.close()
    assert ended.value.code == 3, capsys.readouterr().err
    assert (tmp_path / "here" / "out" / "good.mrk.json").is_file()
    assert "empty one: refused" in capsys.readouterr().err
