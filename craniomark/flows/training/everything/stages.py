"""The stages of a whole training, in order."""

from collections.abc import Callable
from pathlib import Path

from craniomark.flows.datasets.check import check_data
from craniomark.flows.template import TemplateSettings, build_template
from craniomark.flows.training.everything.assemble import assemble
from craniomark.flows.training.everything.calibrate import calibrate, calibration_file
from craniomark.flows.training.everything.findings import FindingFiles
from craniomark.flows.training.everything.settings import WHERE
from craniomark.flows.training.everything.work import Work
from craniomark.flows.training.files import RunFolderView

_ALL = "fold=null"


def check(work: Work) -> None:
    """Refuse data with problems; what is merely unusual is told."""
    told = work.told("check")
    report = check_data(Path(work.settings.data), lambda name, done, of: told(name, done / max(of, 1)))
    files = FindingFiles(work.settings.data)
    for finding in report.findings:
        work.log("check", f"{finding.severity}: {files.sentence(finding)}")
    if report.problems:
        first = next(f for f in report.findings if f.severity == "problem")
        raise files.refusal(first, report.problems)


def template(work: Work) -> None:
    """The bundle without networks: average, mean shape, patches."""
    settings = work.settings
    choices = TemplateSettings(
        name=settings.name,
        version=settings.version,
        species=settings.species,
        licence=settings.licence,
        citation=settings.citation,
        modes=0,
        rounds=work.recipe.rounds,
        seed=settings.seed,
        command=command_of(work),
        provisional=True,
    )
    build_template([Path(settings.data)], work.template, choices, work.told("template"))


def orient(work: Work) -> None:
    """The orientation network, of all specimens."""
    if work.recipe.orient is not None:
        work.train("orient", (_ALL, *work.recipe.orient), work.out / "orient")


def landmark(work: Work) -> None:
    """A few landmarks in any rotation, of all specimens; and the ensemble that sees the whole skull."""
    if work.recipe.rough is not None:
        work.train("landmark", (_ALL, "level=rough", *work.recipe.rough), work.out / "rough")
    if work.recipe.landmark is not None:
        _ensemble(work, "landmark", work.recipe.landmark)


def focus(work: Work) -> None:
    """The ensemble that sees patches about landmarks."""
    _ensemble(work, "focus", work.recipe.focus)


def _ensemble(work: Work, task: str, words: tuple[str, ...]) -> None:
    for number in range(work.recipe.members):
        dealt = f"folds={work.recipe.parts or work.recipe.members}", f"fold={number}"
        work.train(task, (*dealt, *words), work.member(task, number))


def command_of(work: Work) -> str:
    """The command that makes the bundle."""
    settings = work.settings
    return f"{WHERE} data=DIR out=DIR recipe={settings.recipe} seed={settings.seed}"


STAGES: dict[str, Callable[[Work], None]] = {
    "check": check,
    "template": template,
    "orient": orient,
    "landmark": landmark,
    "focus": focus,
    "calibrate": calibrate,
    "bundle": assemble,
}
"""Each does its work from what lies in the folder, and can be done again."""


def is_made(work: Work, stage: str) -> bool:
    """Whether what a stage that is done has made is there: a user may have deleted it."""
    return all(path.exists() for path in _made_by(work, stage))


def _made_by(work: Work, stage: str) -> list[Path]:
    files = {
        "template": work.template / "bundle.json",
        "calibrate": calibration_file(work),
        "bundle": work.bundle / "bundle.json",
    }
    if stage in files:
        return [files[stage]]
    members = [work.member(stage, number) for number in range(work.recipe.members)]
    recipe = work.recipe
    orient = [work.out / "orient"] if recipe.orient is not None else []
    rough = [work.out / "rough"] if recipe.rough is not None else []
    levels = members if recipe.landmark is not None else []
    folders = {"orient": orient, "landmark": [*rough, *levels], "focus": members}
    return [RunFolderView(folder).weights for folder in folders.get(stage, [])]
