"""The whole main job on specimens whose true landmarks are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from craniomark.flows.bundle import Bundle, choose_bundle
from craniomark.flows.demonstration.errors import ErrorRow, error_rows
from craniomark.flows.demonstration.samples import find_samples
from craniomark.flows.demonstration.synthesise import synthesise
from craniomark.flows.pipeline.cohort import Crew, process_cohort
from craniomark.flows.pipeline.prediction import Options
from craniomark.flows.pipeline.predictor import predictor_maker
from craniomark.flows.pipeline.request import PredictorMaker, Request
from craniomark.flows.pipeline.work import Listener
from craniomark.ground.landmarks import LandmarkSet, read_landmarks, write_landmarks
from craniomark.ground.specimens import Specimen, find_specimens, read_truth
from craniomark.ground.volumes import write_volume

SYNTHETIC_ID = "synthetic"
REAL_SPECIMENS = 2


@dataclass(frozen=True)
class Case:
    """One specimen: `kind` says whether it is synthetic, or real and seen in training or not."""

    id: str
    kind: str


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration found.

    Attributes
    ----------
    model : str
        Name and version of the bundle.
    cases : tuple of Case
    rows : tuple of ErrorRow
        Three for each specimen that was not refused.
    refused : dict of str to str
        Reasons by id.
    sentences : tuple of str
        For the user.
    results : Path
        Folder of landmarks, pictures and report.
    """

    model: str
    cases: tuple[Case, ...]
    rows: tuple[ErrorRow, ...]
    refused: dict[str, str]
    sentences: tuple[str, ...]
    results: Path


def demonstrate(
    out: Path,
    listener: Listener,
    *,
    offline: bool = False,
    model: str | None = None,
    seed: int = 1,
    device: str = "auto",
    make: Callable[[Request], PredictorMaker] = predictor_maker,
    real: int = REAL_SPECIMENS,
) -> Demonstration:
    """Make and find specimens, process them, and compare with the truth.

    Parameters
    ----------
    out : Path
        Gets the folders ``input`` and ``results``.
    listener : Listener
        Told of the progress.
    offline : bool
        Download nothing.
    model : str, optional
        Bundle; None takes the only one for CTs.
    seed : int
        Of the synthetic specimen.
    device : {"auto", "cpu", "cuda"}
        Where to compute.
    make : callable
        From a request to what makes its predictor.
    real : int
        How many real specimens at most.

    Raises
    ------
    InputError
        If no model fits or the folder can't be written.
    """
    bundle = choose_bundle("ct", None, model, "demo")
    source, results = out / "input", out / "results"
    listener.step(SYNTHETIC_ID, "make", 0.0)
    made = synthesise(bundle, seed)
    write_volume(made.volume, source / f"{SYNTHETIC_ID}.nii.gz")
    write_landmarks(made.truth, source / f"{SYNTHETIC_ID}.mrk.json")
    samples = find_samples(bundle.manifest, source, real, offline=offline)
    cases = [Case(SYNTHETIC_ID, "synthetic, made from the template")]
    cases += [Case(one.id, "real, used to make the model" if one.trained_on else "real, held out")
              for one in samples.samples]  # fmt: skip
    order = [case.id for case in cases]
    specimens = sorted(
        (one for one in find_specimens([source]) if one.id in order), key=lambda one: order.index(one.id)
    )
    request = Request(results, Options(device=device), str(bundle.source))
    refused = process_cohort(specimens, request, make(request), Crew(), listener)
    rows = _compared(specimens, refused, results, bundle)
    sentences = (samples.sentence, *_sentences(cases))
    name = f"{bundle.manifest.name} {bundle.manifest.version}"
    return Demonstration(name, tuple(cases), tuple(rows), refused, sentences, results)


def _compared(
    specimens: Sequence[Specimen], refused: dict[str, str], results: Path, bundle: Bundle
) -> list[ErrorRow]:
    mean: LandmarkSet = bundle.landmarks()
    rows: list[ErrorRow] = []
    for specimen in specimens:
        if specimen.id not in refused:
            predicted = read_landmarks(results / f"{specimen.id}.csv")
            rows += error_rows(specimen.id, predicted, read_truth(specimen), mean)
    return rows


def _sentences(cases: Sequence[Case]) -> list[str]:
    sentences = [f"{SYNTHETIC_ID} is no animal: its errors show that the way works, not how well on skulls."]
    seen = [case.id for case in cases if "used to make" in case.kind]
    if seen:
        they = "was" if len(seen) == 1 else "were"
        sentences.append(
            f"{', '.join(seen)} {they} used to make this model: their errors are NOT held-out figures; "
            "`craniomark bundle show` prints those."
        )
    return sentences
