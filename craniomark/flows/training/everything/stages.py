"""The stages of a whole training, in order."""

from collections.abc import Callable
from pathlib import Path

from craniomark.flows.datasets.check import check_data
from craniomark.flows.template import TemplateSettings, build_template
from craniomark.flows.training.everything.assemble import assemble
from craniomark.flows.training.everything.calibrate import calibrate
from craniomark.flows.training.everything.settings import WHERE
from craniomark.flows.training.everything.work import Work
from craniomark.ground.checks import InputError

_ALL = "fold=null"


def check(work: Work) -> None:
    """Refuse data with problems; what is merely unusual is told."""
    told = work.told("check")
    report = check_data(Path(work.settings.data), lambda name, done, of: told(name, done / max(of, 1)))
    for finding in report.findings:
        work.log("check", f"{finding.severity}: {finding.specimen}: {finding.what}".replace(": : ", ": "))
    if report.problems:
        first = next(f for f in report.findings if f.severity == "problem")
        value = f"{report.problems} problems, the first: {first.specimen or 'all'}: {first.what}"
        raise InputError(work.settings.data, "data", value, "put them right; craniomark data check tells all")


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
    )
    build_template([Path(settings.data)], work.template, choices, work.told("template"))


def orient(work: Work) -> None:
    """The orientation network, of all specimens."""
    work.train("orient", (_ALL, *work.recipe.orient), work.out / "orient")


def landmark(work: Work) -> None:
    """A few landmarks in any rotation, of all specimens; and the ensemble that sees the whole skull."""
    work.train("landmark", (_ALL, "level=rough", *work.recipe.rough), work.out / "rough")
    _ensemble(work, "landmark", work.recipe.landmark)


def focus(work: Work) -> None:
    """The ensemble that sees patches about landmarks."""
    _ensemble(work, "focus", work.recipe.focus)


def _ensemble(work: Work, task: str, words: tuple[str, ...]) -> None:
    for number in range(work.recipe.members):
        dealt = f"folds={work.recipe.members}", f"fold={number}"
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
