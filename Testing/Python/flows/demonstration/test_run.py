"""The demonstration from bundle to figures, with a predictor that knows the answer but for 0.2 mm."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from craniomark.flows.demonstration.run import demonstrate
from craniomark.flows.pipeline.request import PredictorMaker, Request
from craniomark.ground.checks import InputError

sys.path.insert(0, str(Path(__file__).parent))

from truth_teller import TruthTeller

pytestmark = pytest.mark.usefixtures("only_models")


class Silent:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def started(self, specimen: str) -> None:
        """Keep it."""
        self.told.append((specimen, "started"))

    def step(self, specimen: str, name: str, _fraction: float) -> None:
        """Keep it."""
        self.told.append((specimen, name))

    def ended(self, specimen: str, outcome: str, _sentence: str) -> None:
        """Keep it."""
        self.told.append((specimen, outcome))

    def failed(self, specimen: str, trace: str) -> None:
        """Fail, since the program did."""
        raise AssertionError(f"{specimen}: {trace}")


def oracle(refuses: str = "") -> Callable[[Request], PredictorMaker]:
    return lambda _request: lambda: TruthTeller(refuses)


@pytest.fixture(autouse=True)
def alone(make_bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Provide the phantom's bundle, and no real data."""
    make_bundle()
    monkeypatch.delenv("CRANIOMARK_DATA", raising=False)


def test_the_table_holds_the_errors_beside_the_null(tmp_path: Path) -> None:
    listener = Silent()
    found = demonstrate(tmp_path / "demo", listener, offline=True, make=oracle())
    assert [(case.id, case.kind) for case in found.cases] == [
        ("synthetic", "synthetic, made from the template")
    ]
    ours, rigid, similar = found.rows
    assert ours.mean == pytest.approx(0.2, abs=0.002)
    assert ours.covered == 1.0
    assert rigid.mean >= similar.mean > 0.05
    assert (found.results / "synthetic.png").is_file()
    assert ("synthetic", "done") in listener.told
    assert any("no animal" in sentence for sentence in found.sentences)


def test_it_can_be_run_again_in_the_same_folder(tmp_path: Path) -> None:
    first = demonstrate(tmp_path / "demo", Silent(), offline=True, make=oracle())
    again = demonstrate(tmp_path / "demo", Silent(), offline=True, make=oracle())
    assert [row.mean for row in first.rows] == [row.mean for row in again.rows]


def test_real_scans_are_told_apart_from_held_out_ones(
    mouse_ct_folder: Path, make_bundle: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hashlib import sha256

    from craniomark.flows.bundle import TrainingSpecimen

    monkeypatch.setenv("CRANIOMARK_DATA", str(mouse_ct_folder.parent))
    files = sorted(mouse_ct_folder.glob("*[0-9].nii.gz"))
    training = tuple(TrainingSpecimen(path.name, sha256(path.read_bytes()).hexdigest()) for path in files)
    make_bundle(training=training)
    found = demonstrate(tmp_path / "demo", Silent(), offline=True, make=oracle(), real=1)
    assert found.cases[1].kind == "real, used to make the model"
    assert any("NOT held-out" in sentence for sentence in found.sentences)
    assert found.rows[3].specimen == found.cases[1].id


def test_a_refused_specimen_is_named_and_the_others_stay(
    mouse_ct_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRANIOMARK_DATA", str(mouse_ct_folder.parent))
    found = demonstrate(tmp_path / "demo", Silent(), offline=True, make=oracle("synthetic"), real=1)
    assert list(found.refused) == ["synthetic"]
    assert {row.specimen for row in found.rows} == {found.cases[1].id}


def test_without_a_model_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRANIOMARK_MODELS")
    with pytest.raises(InputError, match="none for ct is installed"):
        demonstrate(tmp_path / "demo", Silent(), offline=True)
